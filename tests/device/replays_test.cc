// A training step that was recorded and is replayed equals one that is run operator by operator, bit for bit.
#include "device/replayed_steps.h"
#include "support/model_names.h"

namespace jetvit {
namespace {

class DeviceReplays : public testing::TestWithParam<std::string> {};

TEST_P(DeviceReplays, EqualStepsBitForBit) {
  test::expect_replays_equal_steps(GetParam());
}

// One of each kind of layer; the larger models take minutes each in emulated precisions.
INSTANTIATE_TEST_SUITE_P(Small, DeviceReplays, testing::ValuesIn(test::small_model_names()),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace jetvit
