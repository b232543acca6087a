"""Files of timm's weights and the models that they are brought to, for make_pretrained_oracles.py and pretrained.py."""
import pathlib

ORACLES = pathlib.Path(__file__).resolve().parents[2] / "model/io/pretrained_oracles.json"
CLASSES = 1000  # of the file
NARROW = {"embed_dim": [16, 32], "depths": [1, 1], "head_dim": 16, "stem_width": [8, 16]}
# Model: the options of the file, and what the model has in their place.
CASES = [
    ("vit_nano", {"channels": 3, "image_size": 48}, {"image_size": 66, "channels": 8}),
    ("vit_nano", {"channels": 3, "image_size": 48}, {"patch_size": 8, "channels": 1}),
    ("swin_nano", {"channels": 3, "image_size": 48}, {"image_size": 32, "window": 8, "channels": 8}),
    ("swin_nano", {"channels": 3, "image_size": 48}, {"image_size": 48, "window": 4, "channels": 2}),
    ("coatnet_nano", {"channels": 3, "image_size": 32}, {"image_size": 48, "channels": 8}),
    ("coatnet_0_paper", NARROW | {"channels": 3, "image_size": 48, "blocks": "CT"}, {"image_size": 32, "channels": 1}),
    ("maxvit_tiny", NARROW | {"channels": 3, "image_size": 32}, {"image_size": 56, "channels": 8}),
    ("maxvit_tiny_rw", NARROW | {"channels": 3, "image_size": 48}, {"image_size": 32, "channels": 4}),
    ("davit_nano", {"channels": 3, "image_size": 48}, {"image_size": 32, "channels": 8}),
    ("efficientnet_nano", {"channels": 3, "image_size": 48}, {"image_size": 32, "channels": 1}),
    ("effswin_nano", {"channels": 3, "image_size": 48}, {"image_size": 32, "channels": 8, "window": 3}),
]
INPUT = {"vit": "patch_embed.proj", "swin": "patch_embed.proj", "coatnet": "stem.conv1", "maxvit": "stem.conv1",
         "davit": "stem.conv", "efficientnet": "conv_stem", "effswin": "patch_embed.feature_extractor.conv_stem"}
CLASSIFIER = {"vit": "head", "efficientnet": "classifier"}


def family(name):
    return name.split("_")[0]


def first_convolution(name):
    return INPUT[family(name)] + ".weight"


def classifier(name):
    return CLASSIFIER.get(family(name), "head.fc")
