// libtorch uses Intel's MKL for matrix multiplications in fp32. On processors of other vendors, MKL uses 256-bit
// vectors even if AVX-512 is available; without AVX-512, its kernels for these vendors are slower than those for Intel
// processors with AVX2. MKL calls its own function mkl_serv_intel_cpu_true() to ask whether the vendor is Intel. A
// definition in the program takes precedence over that in a shared library. This one answers by the capabilities of the
// processor instead (the function is described by D. de Kok, "Intel MKL on AMD Zen", 2020). Without MKL, or if MKL
// stops calling the function, nothing changes.
#include <dlfcn.h>

extern "C" int mkl_serv_intel_cpu_true();

extern "C" __attribute__((visibility("default"))) int mkl_serv_intel_cpu_true() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return 1;
#endif
  using Query = int (*)();
  static const auto mkl = reinterpret_cast<Query>(::dlsym(RTLD_NEXT, "mkl_serv_intel_cpu_true"));
  return mkl == nullptr ? 0 : mkl();
}
