"""Files of any kind as upright pictures in sRGB: the one decoder, of editing, training and labels.

`plain` reads what cameras and paint programs write, `bands` what satellites and instruments do;
`decoding` puts them together. Nothing here is torch's.
"""

from models.pictures.decoding import decode, decode_selection
from models.pictures.picture import Picture

__all__ = ["Picture", "decode", "decode_selection"]
