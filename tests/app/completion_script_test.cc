#include "app/completion_script.h"

#include <CLI/CLI.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jetvit {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class Completion : public testing::Test {
 protected:
  Completion() {
    program_.name("jetvit");
    CLI::App* load = program_.add_subcommand("bench", "Measures throughput")->add_subcommand("load", "The user's jets");
    load->add_option("RAW", raw_, "files");
    load->add_option("--layout", layout_, "order")->check(CLI::IsMember({"chw", "hwc"}))->capture_default_str();
    load->add_option("--size", size_, "pixels")->check(CLI::Range(1, 100));
    load->add_flag("-j,--json", json_, "print JSON");
    load->add_option("--former", layout_)->group("");
  }

  CLI::App program_;
  std::vector<std::string> raw_;
  std::string layout_ = "chw";
  int size_ = 1;
  bool json_ = false;
};

TEST_F(Completion, OutlineIsThatOfTheHelp) {
  const CommandOutline outline = outline_of(program_);
  const std::vector<const CommandOutline*> all = flatten(outline);
  ASSERT_EQ(all.size(), 3u);
  const CommandOutline& load = *all[2];
  EXPECT_EQ(load.path, "jetvit bench load");
  EXPECT_EQ(load.name(), "load");
  ASSERT_EQ(load.positionals.size(), 1u);
  EXPECT_EQ(load.positionals[0].usage, "[RAW...]");
  ASSERT_EQ(load.options.size(), 4u) << "--help, --layout, --size and --json; hidden ones are left out";
  EXPECT_THAT(load.options[0].names, ElementsAre("-h", "--help"));
  EXPECT_FALSE(load.options[0].takes_value);
  EXPECT_THAT(load.options[1].choices, ElementsAre("chw", "hwc"));
  EXPECT_TRUE(load.options[1].takes_value);
  EXPECT_THAT(load.options[2].choices, ElementsAre()) << "a range is no list of choices";
  EXPECT_THAT(load.options[3].names, ElementsAre("-j", "--json"));
}

TEST_F(Completion, EveryShellKnowsCommandsOptionsAndChoices) {
  const CommandOutline outline = outline_of(program_);
  EXPECT_THAT(bash_completion(outline), HasSubstr("'jetvit bench load --layout') choices=('chw' 'hwc') ;;"));
  EXPECT_THAT(zsh_completion(outline), HasSubstr("'load:The user'\\''s jets'"));
  EXPECT_THAT(fish_completion(outline),
              HasSubstr("-n 'test (__jetvit_command) = \"jetvit bench load\"' -l layout -x -a 'chw hwc' -d 'order'"));
  for (const std::string& script : {bash_completion(outline), zsh_completion(outline), fish_completion(outline)}) {
    EXPECT_THAT(script, HasSubstr("json"));
    EXPECT_THAT(script, Not(HasSubstr("former")));
  }
}

}  // namespace
}  // namespace jetvit
