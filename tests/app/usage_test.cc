#include "app/usage.h"

#include <CLI/CLI.hpp>
#include <gtest/gtest.h>

#include "base/error.h"

namespace jetvit {
namespace {

class Usage : public testing::Test {
 protected:
  Usage() {
    program_.name("jetvit");
    program_.require_subcommand(1);
    CLI::App* train = program_.add_subcommand("train");
    train->add_option("--threads", threads_);
    train->add_option("--out", out_)->required();
    train->add_option("--former", out_)->group("");
    CLI::App* bench = program_.add_subcommand("bench");
    bench->require_subcommand(1);
    bench->add_subcommand("load");
  }

  // What is said of the words, in the order of a command line.
  std::string message(std::vector<std::string> words) {
    std::reverse(words.begin(), words.end());  // as CLI11 takes them
    try {
      program_.parse(std::move(words));
    } catch (const CLI::ParseError& error) {
      return usage_message(program_, error);
    }
    return "accepted";
  }

  CLI::App program_;
  int threads_ = 1;
  std::string out_;
};

TEST_F(Usage, NamesTheCommandThatWasMeant) {
  EXPECT_EQ(message({"trian"}), "unknown command \"trian\" (did you mean \"train\"?)\nFor the commands: jetvit --help");
  EXPECT_EQ(message({"nonsense"}), "unknown command \"nonsense\"\nFor the commands: jetvit --help");
  EXPECT_EQ(message({"bench", "laod"}),
            "unknown command \"laod\" (did you mean \"load\"?)\nFor the commands: jetvit bench --help");
  EXPECT_EQ(message({}), "no command given\nFor the commands: jetvit --help");
}

TEST_F(Usage, NamesTheOptionThatWasMeantBeforeWhatIsMissing) {
  const std::string expected =
      "unknown option \"--thread\" (did you mean \"--threads\"?)\nFor the options: jetvit train --help";
  EXPECT_EQ(message({"train", "--thread", "3"}), expected);
  EXPECT_EQ(message({"train", "--thread=3"}), expected);
  EXPECT_EQ(message({"train", "-x"}), "unknown option \"-x\"\nFor the options: jetvit train --help");
  EXPECT_EQ(message({"train", "--forme"}), "unknown option \"--forme\"\nFor the options: jetvit train --help")
      << "hidden options are not offered";
}

TEST_F(Usage, PassesOtherMistakesOn) {
  EXPECT_EQ(message({"train"}), "--out is required\nFor the options: jetvit train --help");
  EXPECT_EQ(message({"train", "--out", "a", "b"}), "unexpected argument \"b\"\nFor the options: jetvit train --help");
  EXPECT_EQ(message({"train", "--out", "a"}), "accepted");
}

TEST_F(Usage, HelpOfAnUnknownCommandIsAMistake) {
  message({"trian", "--help"});
  EXPECT_TRUE(is_unknown_command(program_));
  message({"train", "--help"});
  EXPECT_FALSE(is_unknown_command(program_));
}

TEST_F(Usage, FindsCommands) {
  EXPECT_EQ(&find_command(program_, {}), &program_);
  EXPECT_EQ(find_command(program_, {"bench", "load"}).get_name(), "load");
  EXPECT_THROW(find_command(program_, {"bench", "train"}), UsageError);
}

}  // namespace
}  // namespace jetvit
