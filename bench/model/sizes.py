"""The sizes of the models in comparisons of speed, for both sides."""

CHANNELS = 3


def options_of(model):
    """Those of recipes/quark_gluon that decide over sizes: windows of 7 x 7 tokens do not fit an image of 128, and the
    windows of MaxViT are a thirty-second of it in timm. Small models: as in recipes/demo."""
    if model.endswith("nano"):
        patches = {"patch_size": 8} if model == "vit_nano" else {}
        return {"image_size": 48 if "swin" in model or model == "davit_nano" else 64, "channels": CHANNELS} | patches
    size = 224 if "swin" in model else 125 if model == "resnet_15" else 128
    special = {"vit_tiny": {"patch_size": 8}, "vit_small": {"patch_size": 8}}
    return {"image_size": size, "channels": CHANNELS} | special.get(model, {})


def settings(model):
    """The same as arguments of jetvit."""
    return [word for key, value in options_of(model).items() for word in ("--set", f"{key}={value}")]
