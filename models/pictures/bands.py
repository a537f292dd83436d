"""TIFFs in bands of numbers, satellites' and surveys' among them, by GDAL's reader of GeoTIFF.

GDAL finds everything that it may read in the bytes themselves: no file lies beside them, and no
other driver is asked.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.errors import PictureError, PictureTooLarge
from models.pictures.levels import Bands, of_bits, of_usual_range, stretched
from models.pictures.plain import BROKEN, check_size
from models.pictures.samples import Samples
from models.pictures.tiff import WHITE_IS_0, TiffHeader

if TYPE_CHECKING:
    from rasterio import DatasetReader

BYTES_PER_PIXEL = 16  # of what is unpacked, for each pixel that may be read: float32 in four bands
NO_RASTERIO = "TIFFs need rasterio, which cannot be loaded here: see its installation, or try PNG"
GDAL_OPTIONS = {"GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR", "GDAL_CACHEMAX": 64}


def read_bands(data: bytes, header: TiffHeader, max_pixels: int) -> Samples:
    """The bands that are red, green and blue, or grey; where there is no data, alpha is 0.

    Raises:
        PictureTooLarge: more than `max_pixels`, or far more numbers than they would have.
        PictureError: damaged, or of numbers that cannot be shown.
    """
    try:
        import rasterio
        from rasterio.errors import RasterioError
        from rasterio.io import MemoryFile
    except ImportError as error:
        raise PictureError(NO_RASTERIO) from error
    try:
        with (
            rasterio.Env(**GDAL_OPTIONS),
            MemoryFile(data) as memory,
            memory.open(driver="GTiff") as file,
        ):
            check_numbers(file, max_pixels)
            colours, alpha = read_dataset(file, header)
    except PictureError:
        raise
    except (RasterioError, ValueError, LookupError, OSError):
        raise PictureError(BROKEN) from None
    if header.is_premultiplied:
        colours = divided(colours, alpha)
    return Samples(
        Image.fromarray(colours),
        None if alpha.min() == 255 else Image.fromarray(alpha),
        header.orientation,
        header.profile,
    )


def check_numbers(file: "DatasetReader", max_pixels: int) -> None:
    """Refuse what is too large, in pixels or in what must be unpacked for them.

    Raises:
        PictureTooLarge: it is.
        PictureError: its numbers are complex.
    """
    check_size(file.width, file.height, max_pixels)
    kind = np.dtype(file.dtypes[0])
    rows, columns = file.block_shapes[0]
    largest = max(file.width * file.height, rows * columns) * file.count * kind.itemsize
    if largest > BYTES_PER_PIXEL * max_pixels:
        raise PictureTooLarge(
            f"the picture has {file.count} bands of {8 * kind.itemsize} bits, {largest:,} bytes; "
            f"at most {BYTES_PER_PIXEL * max_pixels:,} are read"
        )
    if kind.kind == "c":
        raise PictureError("the picture has complex numbers, as radar has: save their magnitude")


def read_dataset(
    file: "DatasetReader", header: TiffHeader
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Colours [H, W] or [H, W, 3], and alpha [H, W]."""
    from rasterio.enums import ColorInterp

    values = file.read(chosen(file))
    alpha = np.array(file.dataset_mask())  # of nodata, a mask inside of the file, or alpha
    # Of grey in which 0 is white GDAL makes a palette as well, a level off.
    if file.colorinterp[0] == ColorInterp.palette and header.photometric != WHITE_IS_0:
        table = table_of(file.colormap(1), values.dtype)[values[0]]
        return np.ascontiguousarray(table[:, :, :3]), np.minimum(alpha, table[:, :, 3])
    alpha[~np.isfinite(values).all(axis=0)] = 0
    levels = levels_of(values, header, alpha > 0)
    if header.photometric == WHITE_IS_0:
        levels = 255 - levels
    if len(levels) == 1:
        return levels[0], alpha
    return np.ascontiguousarray(levels.transpose(1, 2, 0)), alpha


def chosen(file: "DatasetReader") -> list[int]:
    """Numbers of the bands to show, from 1: red, green and blue where the file says which they are;
    else the first three, or the first.

    Raises:
        PictureError: there is nothing but alpha.
    """
    from rasterio.enums import ColorInterp

    roles = list(file.colorinterp)
    wanted = [ColorInterp.red, ColorInterp.green, ColorInterp.blue]
    if all(role in roles for role in wanted):
        return [roles.index(role) + 1 for role in wanted]
    bands = [i for i, role in enumerate(roles, 1) if role != ColorInterp.alpha]
    if not bands:
        raise PictureError("the picture has no bands but alpha")
    return bands[:3] if len(bands) >= 3 else bands[:1]


def levels_of(values: Bands, header: TiffHeader, valid: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Numbers as levels. What a survey measured has no white, and is stretched; any other TIFF is a
    picture, in which white is the most that its bits hold."""
    is_picture = header.is_unsigned and header.num_bits <= 8
    if header.is_georeferenced and not is_picture:
        return stretched(values, valid)
    if header.is_unsigned and header.num_bits <= 16:
        return of_bits(values, header.num_bits)
    return of_usual_range(values, valid)


def table_of(colormap: dict[int, Any], dtype: np.dtype[Any]) -> NDArray[np.uint8]:
    """A palette as [2^bits, 4] of red, green, blue and alpha; black where it says nothing."""
    table = np.zeros((np.iinfo(dtype).max + 1, 4), np.uint8)
    table[:, 3] = 255
    for index, rgba in colormap.items():
        table[index] = rgba
    return table


def divided(colours: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Colours that were multiplied by alpha as they were before."""
    share = np.maximum(alpha, 1) / np.float32(255)
    share = share[:, :, None] if colours.ndim == 3 else share
    return (colours / share).round().clip(0, 255).astype(np.uint8)
