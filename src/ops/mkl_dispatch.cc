// libtorch's matrix products in fp32 are those of Intel's MKL. On processors of other makers MKL works with vectors of
// 256 bits even where there are instructions for 512, and where there are none its kernels for these makers are slower
// than those that Intel's own processors with AVX2 get. It asks this function of its own whether the maker is Intel; a
// definition in the program goes before that of a shared library, and answers by what the processor can do. (The
// function is known from D. de Kok, "Intel MKL on AMD Zen", 2020.) Where MKL is absent or stops asking, nothing
// changes.
#include <dlfcn.h>

extern "C" int mkl_serv_intel_cpu_true();

extern "C" __attribute__((visibility("default"))) int mkl_serv_intel_cpu_true() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return 1;
#endif
  using Ask = int (*)();
  static const auto mkl = reinterpret_cast<Ask>(::dlsym(RTLD_NEXT, "mkl_serv_intel_cpu_true"));
  return mkl == nullptr ? 0 : mkl();
}
