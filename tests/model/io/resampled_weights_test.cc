#include "model/io/resampled_weights.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/options.h"
#include "support/hash_fill.h"

namespace jetvit {
namespace {

at::Tensor resampled(const std::string& act, const at::Tensor& tensor, std::int64_t target) {
  if (act == "filters") return with_input_channels(tensor, target, "timm");
  if (act == "positions") return resampled_positions(tensor, target);
  if (act == "bias") return resampled_bias(tensor, target);
  return resampled_patches(tensor, target);
}

double largest(const at::Tensor& difference) {
  return difference.abs().max().item<double>();
}

// tests/oracle/make/make_resampled_oracles.py
TEST(ResampledWeights, AreThoseOfTimm) {
  constexpr std::uint64_t kLimit = 1 << 20;
  const std::string path = JETVIT_SOURCE_DIR "/tests/model/io/resampled_oracles.json";
  const Json cases = parse_json(read_text_file(path, kLimit), path).at("cases");
  ASSERT_EQ(cases.size(), 15U);
  for (const Json& item : cases) {
    SCOPED_TRACE(item.dump().substr(0, 90));
    const auto act = item.at("act").get<std::string>();
    const auto shape = item.at("from").get<std::vector<std::int64_t>>();
    auto values = item.at("values").get<std::vector<double>>();
    const at::Tensor made = resampled(act, test::hash_tensor(act, shape), item.at("target").get<std::int64_t>());
    ASSERT_EQ(made.sizes(), at::IntArrayRef(item.at("to").get<std::vector<std::int64_t>>()));
    const at::Tensor expected = at::from_blob(values.data(), made.sizes(), at::kDouble);
    EXPECT_LT(largest(made.to(at::kDouble) - expected), act == "patches" ? 5e-6 : 1e-6);
  }
}

TEST(ResampledWeights, SumKeepsTheResponseToEqualPlanes) {
  const at::Tensor filters = test::hash_tensor("filters", {4, 3, 2, 2});
  for (const std::int64_t channels : {1, 2, 8}) {
    const at::Tensor made = with_input_channels(filters, channels, "sum");
    EXPECT_EQ(made.size(1), channels);
    EXPECT_LT(largest(made.sum(1) - filters.sum(1)), 1e-6);
    EXPECT_LT(largest(made - made.narrow(1, 0, 1)), 1e-9);  // all equal
  }
}

TEST(ResampledWeights, MeanGivesEveryPlaneAThirdOfTheColors) {
  const at::Tensor filters = test::hash_tensor("filters", {4, 3, 2, 2});
  const at::Tensor made = with_input_channels(filters, 8, "mean");
  for (std::int64_t channel = 0; channel < 8; ++channel) {
    EXPECT_LT(largest(3 * made.select(1, channel) - filters.sum(1)), 1e-6);
  }
}

TEST(ResampledWeights, ConstantTablesStayConstant) {
  EXPECT_TRUE(at::allclose(resampled_bias(at::full({3, 13, 13}, 0.25), 4), at::full({3, 7, 7}, 0.25)));
  EXPECT_TRUE(at::allclose(resampled_bias(at::full({49, 3}, -2.0), 9), at::full({289, 3}, -2.0)));
  EXPECT_TRUE(at::allclose(resampled_positions(at::full({1, 50, 2}, 0.5), 4), at::full({1, 17, 2}, 0.5)));
}

// The response to a resized patch equals that to the original one, here for a patch of equal pixels.
TEST(ResampledWeights, LargerPatchesKeepTheirResponse) {
  const at::Tensor filters = test::hash_tensor("filters", {2, 3, 4, 4});
  const at::Tensor made = resampled_patches(filters, 8);
  EXPECT_LT(largest(made.sum({2, 3}) - filters.sum({2, 3})), 1e-4);
}

}  // namespace
}  // namespace jetvit
