"""How events are kept, whatever the domain: recorder, transcoding, contents by digest, verification."""
