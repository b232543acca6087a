#include "jet/split.h"

#include <array>
#include <cmath>
#include <limits>

#include "support/expect_error.h"

namespace jetvit {
namespace {

// Jets of one pixel each, all different.
JetRecords jets(std::size_t count) {
  JetRecords out;
  out.images.shape = {1, 1, 1};
  out.observer_names = {"event"};
  out.observers.resize(1);
  for (std::size_t jet = 0; jet < count; ++jet) {
    out.images.pixel.push_back(0);
    out.images.value.push_back(1 + static_cast<float>(jet));
    out.images.offset.push_back(jet + 1);
    out.label.push_back(0);
    out.observers[0].push_back(static_cast<double>(jet / 2));
    out.source_row.push_back(jet);
  }
  identify(out);
  return out;
}

TEST(Split, SharesAreRightWithinTheirError) {
  constexpr int kJets = 100000;
  const JetRecords all = jets(kJets);
  for (const SplitRule rule : {SplitRule::kEvent, SplitRule::kIdentity, SplitRule::kFileAndRow}) {
    std::array<int, 3> counts{};
    for (std::size_t jet = 0; jet < all.size(); ++jet) {
      ++counts[static_cast<std::size_t>(split_of(all, jet, rule, "a.parquet", {.validation = 0.1, .test = 0.2}))];
    }
    const double draws = rule == SplitRule::kEvent ? kJets / 2.0 : kJets;  // two jets an event
    EXPECT_NEAR(counts[1], 0.1 * kJets, 5 * kJets / draws * std::sqrt(0.09 * draws)) << split_rule_name(rule);
    EXPECT_NEAR(counts[2], 0.2 * kJets, 5 * kJets / draws * std::sqrt(0.16 * draws)) << split_rule_name(rule);
  }
}

// How many of 1,000 jets are in the same split of two files. 340 are expected where these are independent.
int equal_splits(SplitRule rule) {
  const JetRecords all = jets(1000);
  int equal = 0;
  for (std::size_t jet = 0; jet < all.size(); ++jet) {
    equal += split_of(all, jet, rule, "a.parquet", {0.3, 0.3}) == split_of(all, jet, rule, "b.parquet", {0.3, 0.3});
  }
  return equal;
}

TEST(Split, OnlyTheRuleOfEarlierVersionsDependsOnTheFile) {
  EXPECT_EQ(equal_splits(SplitRule::kEvent), 1000);
  EXPECT_EQ(equal_splits(SplitRule::kIdentity), 1000);
  EXPECT_LT(equal_splits(SplitRule::kFileAndRow), 450);
}

TEST(Split, JetsOfAnEventStayTogether) {
  const JetRecords all = jets(1000);
  for (std::size_t jet = 0; jet < all.size(); jet += 2) {
    EXPECT_EQ(split_of(all, jet, SplitRule::kEvent, "", {}), split_of(all, jet + 1, SplitRule::kEvent, "", {}));
  }
}

TEST(Split, JetsWithoutAnEventAreSplitByTheirIdentity) {
  JetRecords all = jets(1000);
  for (std::size_t jet = 0; jet < all.size(); jet += 2) {
    all.observers[0][jet] = std::numeric_limits<double>::quiet_NaN();
  }
  for (std::size_t jet = 0; jet < all.size(); ++jet) {
    const SplitRule same = jet % 2 == 0 ? SplitRule::kIdentity : SplitRule::kEvent;
    EXPECT_EQ(split_of(all, jet, SplitRule::kEvent, "", {}), split_of(all, jet, same, "", {})) << jet;
  }
}

TEST(Split, RuleNamesRoundTrip) {
  for (const SplitRule rule : {SplitRule::kEvent, SplitRule::kIdentity, SplitRule::kFileAndRow}) {
    EXPECT_EQ(split_rule_from_name(split_rule_name(rule)), rule);
  }
  EXPECT_ERROR(split_rule_from_name("row"), Error, "is not one of event, identity, file and row");
}

TEST(Split, NamesRoundTrip) {
  for (const Split split : kSplits) EXPECT_EQ(split_from_name(split_name(split)), split);
  EXPECT_ERROR(split_from_name("dev"), UsageError, "is not one of train, validation, test");
}

}  // namespace
}  // namespace jetvit
