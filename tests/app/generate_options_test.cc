#include "app/generate_options.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/reporter.h"

namespace jetvit {
namespace {

class KeptWarnings : public Reporter {
 public:
  void note(std::string_view) override {}
  void warn(std::string_view line) override { lines.emplace_back(line); }
  void progress(const ProgressReport&) override {}
  void end_progress() override {}

  std::vector<std::string> lines;
};

struct Resolved {
  GenerateOptions options;
  std::vector<std::string> warnings;
};

// What the words of a command line lead to.
Resolved resolved(std::vector<std::string> words) {
  CLI::App app;
  GenerateCommand command;
  add_generate_options(app, command);
  std::reverse(words.begin(), words.end());  // as CLI11 takes them
  app.parse(std::move(words));
  KeptWarnings kept;
  const ReporterScope scope(kept);
  const GenerateOptions options = options_of(command);
  return {options, kept.lines};
}

// Two files without a seed share their collisions, so that one must not test what the other trained.
TEST(GenerateOptions, WarnsOfTheDefaultSeed) {
  for (const char* kind : {"quark-gluon", "top"}) {
    const Resolved made = resolved({kind, "--jets", "4", "--out", "jets.parquet"});
    EXPECT_EQ(made.options.seed, 1U);
    EXPECT_THAT(made.warnings,
                testing::ElementsAre(testing::AllOf(testing::StartsWith("seed 1, the default: "),
                                                    testing::HasSubstr("give each file a --seed of its own"))));
  }
}

// Who names the default asks for it.
TEST(GenerateOptions, DoesNotWarnOfAGivenSeed) {
  for (const char* kind : {"quark-gluon", "top"}) {
    for (const char* seed : {"0", "1", "7"}) {
      const Resolved made = resolved({kind, "--seed", seed, "--out", "jets.parquet"});
      EXPECT_EQ(std::to_string(made.options.seed), seed);
      EXPECT_THAT(made.warnings, testing::IsEmpty());
    }
  }
}

// Without --pile-up-pool the default size is taken (pool_size_test.cc), which 0 asks for.
TEST(GenerateOptions, LeavesTheSizeOfThePoolOpen) {
  const Resolved made = resolved({"quark-gluon", "--seed", "7", "--out", "jets.parquet"});
  EXPECT_EQ(made.options.pool, 0U);
  EXPECT_EQ(made.options.jets, 1000U);
  EXPECT_EQ(made.options.pile_up, 21);
}

}  // namespace
}  // namespace jetvit
