"""What a device reaches in single operators, as JSON: copies in TB/s, matrix multiplications in bfloat16 in TFLOP/s, and
the attention with a bias, and the depthwise convolutions, that libtorch has for the shapes of the models, in ms.

  python bench/device/ceilings.py [--device cuda]
"""

import argparse
import json
import time

import torch
import torch.nn.functional

ROUNDS = 10


def seconds(call, device):
    wait = (lambda: torch.cuda.synchronize(device)) if device.type == "cuda" else (lambda: None)
    for _ in range(3):
        call()
    wait()
    start = time.perf_counter()
    for _ in range(ROUNDS):
        call()
    wait()
    return (time.perf_counter() - start) / ROUNDS


def both_passes(function, inputs, device):
    gradient = torch.randn_like(function(*inputs))
    return 1e3 * seconds(lambda: torch.autograd.grad(function(*inputs), inputs, gradient), device)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda")
    device = torch.device(parser.parse_args().device)
    on_gpu = device.type == "cuda"
    size = 8192 if on_gpu else 512  # smaller where the script itself is tried
    windows = 16384 if on_gpu else 4
    images = 256 if on_gpu else 1

    def values(*shape):
        return torch.randn(*shape, device=device, dtype=torch.bfloat16)

    result = {"device": torch.cuda.get_device_name(device) if on_gpu else "cpu", "torch": torch.__version__}
    x = values(size, size)
    y = torch.empty_like(x)
    result["copy_tb_per_s"] = 2 * x.nbytes / seconds(lambda: y.copy_(x), device) / 1e12
    result["matmul_tflop_per_s"] = 2 * size**3 / seconds(lambda: x @ x, device) / 1e12
    for tokens in (16, 49, 64):
        q, k, v = (values(windows, 3, tokens, 32).requires_grad_() for _ in range(3))
        bias = values(1, 3, tokens, tokens).requires_grad_()
        result[f"attention_{tokens}_tokens_ms"] = both_passes(torch.nn.functional.scaled_dot_product_attention, (q, k, v, bias),
                                                              device)
    for channels, side, kernel in ((384, 32, 3), (192, 32, 5), (768, 16, 3)):
        x = values(images, channels, side, side).contiguous(memory_format=torch.channels_last).requires_grad_()
        w = values(channels, 1, kernel, kernel).requires_grad_()
        result[f"depthwise_{channels}x{side}x{side}_{kernel}_ms"] = both_passes(
            lambda x, w, kernel=kernel, channels=channels: torch.nn.functional.conv2d(x, w, padding=kernel // 2, groups=channels),
            (x, w), device)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
