// Linked into test programs with libtorch. The seed of ATen's generator is another in every process; here each test
// begins with the same one, so that it draws the same weights whenever it runs, alone or behind others.
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
  testing::UnitTest::GetInstance()->listeners().Append(new SeedEveryTest);  // which owns it
  return true;
}();

}  // namespace
}  // namespace jetvit
