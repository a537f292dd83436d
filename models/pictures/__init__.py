"""Files of any kind as upright pictures in sRGB: the one decoder, of editing, training and labels.

`bands` reads TIFFs, which satellites and instruments write, and `plain` everything else; `decoding`
puts them together. Nothing here is torch's.
"""

from models.pictures.decoding import decode, decode_selection
from models.pictures.picture import Picture

__all__ = ["Picture", "decode", "decode_selection"]
