// A part for NVIDIA GPUs of another version, for devices.py.
extern "C" const char* jetvit_cuda_version();

const char* jetvit_cuda_version() {
  return "0.0.1 for libtorch 1.0.0";
}
