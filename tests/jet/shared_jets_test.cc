#include "jet/shared_jets.h"

#include <gtest/gtest.h>

namespace jetvit {
namespace {

// Jets with these numbers as identities, 0 for an unknown one; their rows are 100 times as large.
JetOrigins jets(const std::vector<std::uint8_t>& numbers, std::uint32_t file) {
  JetOrigins out;
  for (const std::uint8_t number : numbers) {
    JetIdentity identity;
    identity.bytes[15] = static_cast<std::byte>(number);
    out.identity.push_back(identity);
    out.source_file.push_back(file);
    out.source_row.push_back(100U * number);
  }
  return out;
}

TEST(SharedJets, AreFoundBetweenAnyTwoSplits) {
  const auto found = find_shared_jets({jets({5, 3, 9}, 0), jets({1}, 1), jets({4, 9, 3, 3}, 2)});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->earlier, Split::kTrain);
  EXPECT_EQ(found->later, Split::kTest);
  EXPECT_EQ(found->count, 3U);
  EXPECT_EQ(found->jets, 4U);
  EXPECT_EQ(found->in_earlier.source_file, 0U);
  EXPECT_EQ(found->in_earlier.source_row, 900U);
  EXPECT_EQ(found->in_later.source_file, 2U);
  EXPECT_EQ(found->in_later.source_row, 900U);
  EXPECT_EQ(find_shared_jets({jets({5}, 0), jets({1, 2}, 1), jets({2}, 2)})->earlier, Split::kValidation);
}

TEST(SharedJets, AreNoneWithinASplitOrOfUnknownIdentity) {
  EXPECT_FALSE(find_shared_jets({jets({5, 5, 0}, 0), jets({1, 0}, 1), jets({0}, 2)}));
  EXPECT_FALSE(find_shared_jets({}));
}

}  // namespace
}  // namespace jetvit
