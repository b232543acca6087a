// As replays_test.cc, for the models of full size.
#include <algorithm>

#include "device/replayed_steps.h"
#include "support/model_names.h"

namespace jetvit {
namespace {

class DeviceReplaysLong : public testing::TestWithParam<std::string> {};

TEST_P(DeviceReplaysLong, EqualStepsBitForBit) {
  test::expect_replays_equal_steps(GetParam());
}

std::vector<std::string> larger_models() {
  const std::vector<std::string> small = test::small_model_names();
  std::vector<std::string> names = test::model_names();
  std::erase_if(names,
                [&](const std::string& name) { return std::find(small.begin(), small.end(), name) != small.end(); });
  return names;
}

INSTANTIATE_TEST_SUITE_P(Large, DeviceReplaysLong, testing::ValuesIn(larger_models()),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace jetvit
