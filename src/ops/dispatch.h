#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/dispatch/Dispatcher.h>

// How the operators of this folder go through libtorch's dispatcher. Each ops/x.cc registers the schemas jetvit::x and
// jetvit::x_backward and the kernels for the CPU (ops/cpu_kernels.h); another device registers its own kernels with
// TORCH_LIBRARY_IMPL(jetvit, CUDA, m). x() itself checks its arguments. Where there is a kernel for them, it calls
// jetvit::x inside an autograd function, whose backward pass calls jetvit::x_backward, both below autograd; elsewhere
// it calls the operators of ATen.
//
// The kernels for the CPU are registered in x.cc and not next to the kernels: from a static library the linker takes
// only objects that define a symbol it needs. Whoever calls x() needs x.cc, which needs the kernel functions, so that
// no linker option has to keep registrations that nothing refers to.
namespace jetvit {

// The registered operator `name`, such as "jetvit::layer_norm". Throws c10::Error where there is none, or where its
// kernels have another C++ signature.
template <class Signature>
c10::TypedOperatorHandle<Signature> find_operator(const char* name) {
  return c10::Dispatcher::singleton().findSchemaOrThrow(name, "").typed<Signature>();
}

// Whether `op` has a kernel for the device of x.
inline bool has_kernel(const c10::OperatorHandle& op, const at::Tensor& x) {
  return op.hasKernelForDispatchKey(c10::legacyExtractDispatchKey(x.key_set()));
}

}  // namespace jetvit
