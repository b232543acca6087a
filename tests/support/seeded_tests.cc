// Linked into test programs with libtorch. ATen's generator has a different seed in every process. This sets the same
// seed before each test, so that a test draws the same weights whether it runs alone or after others.
#include <ATen/CPUGeneratorImpl.h>
#include <gtest/gtest.h>

namespace jetvit {
namespace {

class SeedEveryTest : public testing::EmptyTestEventListener {
  void OnTestStart(const testing::TestInfo& /*test*/) override {
    at::Generator(at::detail::getDefaultCPUGenerator()).set_current_seed(1);
  }
};

[[maybe_unused]] const bool kRegistered = [] {
  testing::UnitTest::GetInstance()->listeners().Append(new SeedEveryTest);  // takes ownership
  return true;
}();

}  // namespace
}  // namespace jetvit
