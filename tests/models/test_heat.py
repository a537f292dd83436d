"""Maps of differences."""

import torch

from models.heat import ERROR_SCALE, error_map, heat_of


def test_an_error_map_is_black_where_pictures_agree_and_yellow_where_they_do_not() -> None:
    img = torch.zeros(1, 3, 4, 4)
    other = img.clone()
    other[..., 2:] = ERROR_SCALE
    shown = error_map(img, other)
    assert (shown[..., :2] == -1).all()
    assert shown[0, :, 0, 3].tolist() == [1, 1, -1]
    assert error_map(img, img + ERROR_SCALE / 2)[0, :, 0, 0].tolist() == [0, -1, -1]


def test_heat_is_where_something_changed() -> None:
    change = torch.zeros(1, 3, 32, 32)
    change[..., :8] = 1
    heat = heat_of(change)
    assert heat[..., :4].min() > 0.9
    assert heat[..., 16:].max() == 0
