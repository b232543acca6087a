#include "compute/cuda_module.h"

#include <filesystem>
#include <mutex>
#include <string>

#include <ATen/Context.h>
#include <dlfcn.h>
#include <torch/csrc/distributed/c10d/Backend.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>
#include <torch/version.h>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {
namespace {

[[noreturn]] void refuse(const std::string& what) {
  throw UsageError(text("`device` cuda: ", what));
}

std::filesystem::path module_path() {
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe");
  return program.parent_path().parent_path() / "lib" / cuda_module::kFile;
}

// What the loader said last.
std::string loader_error() {
  const char* words = dlerror();
  return words == nullptr ? "unknown error" : printable(std::string(words));
}

template <class Function>
Function* symbol(void* module, const char* name) {
  return reinterpret_cast<Function*>(dlsym(module, name));
}

void load() {
  const std::filesystem::path path = module_path();
  if (!std::filesystem::exists(path)) {
    refuse(text("this build has no part for GPUs: ", path, " is missing (build it with the preset cuda)"));
  }
  // Global: the operators of libtorch_cuda.so are looked up by libraries that are loaded later.
  void* const module = dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (module == nullptr) {
    refuse(text(loader_error(), " (the part for GPUs needs the CUDA libraries of libtorch ", TORCH_VERSION,
                ": docs/gpu.md)"));
  }
  auto* const version = symbol<cuda_module::Version>(module, cuda_module::kVersionName);
  const std::string expected = text(JETVIT_VERSION, " for libtorch ", TORCH_VERSION);
  if (version == nullptr || version() != expected) {
    refuse(text(path, " is of version ", version == nullptr ? "unknown" : printable(std::string(version())),
                ", and the program of ", expected, " (build both again)"));
  }
  auto* const make = symbol<cuda_module::MakeRecorder>(module, cuda_module::kMakeRecorderName);
  register_recorder(c10::DeviceType::CUDA,
                    [make](c10::Device device) { return std::unique_ptr<Recorder>(make(device.index())); });
  auto* const make_collectives = symbol<cuda_module::MakeCollectives>(module, cuda_module::kMakeCollectivesName);
  register_collectives(c10::DeviceType::CUDA, [make_collectives](const auto& store, auto... arguments) {
    return c10::intrusive_ptr<c10d::Backend>::reclaim(make_collectives(store, arguments...));
  });
  at::Context& context = at::globalContext();
  // cuDNN's attention with a bias is not exact in all of its versions.
  context.setDeterministicCuDNN(true);
  context.setSDPUseCuDNN(false);
  // Only where a precision says so (Tf32Guard).
  context.setAllowTF32CuBLAS(false);
  context.setAllowTF32CuDNN(false);
}

}  // namespace

void require_cuda(c10::Device device) {
  static std::once_flag once;
  std::call_once(once, load);
  const at::Context& context = at::globalContext();
  const int count = context.hasCUDA() ? at::detail::getCUDAHooks().deviceCount() : 0;
  if (count == 0)
    refuse("there is no GPU that this process can use (is the NVIDIA driver installed? nvidia-smi lists GPUs)");
  if (device.index() >= count) {
    refuse(text("there is no GPU ", static_cast<int>(device.index()), " (there are ", count, ", counted from 0)"));
  }
}

}  // namespace jetvit
