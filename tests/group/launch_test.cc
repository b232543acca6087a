#include "group/launch.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/reporter.h"
#include "support/temp_folder.h"

namespace jetvit {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

class Kept : public Reporter {
 public:
  void note(std::string_view line) override { notes.emplace_back(line); }
  void warn(std::string_view line) override { warnings.emplace_back(line); }
  void progress(const ProgressReport&) override {}
  void end_progress() override {}

  std::vector<std::string> notes, warnings;
};

int status_of(const std::vector<std::string>& arguments, int processes, Kept& kept) {
  const ReporterScope scope(kept);
  try {
    launch(arguments, processes);
  } catch (const ProcessFailed& failure) {
    if (*failure.what() != 0) kept.warnings.emplace_back(failure.what());
    return failure.status();
  }
  return 0;
}

int shell(const std::string& script, int processes, Kept& kept) {
  return status_of({"/bin/sh", "-c", script}, processes, kept);
}

TEST(Launch, EveryProcessHasItsPlace) {
  Kept kept;
  const int status = shell(
      R"sh([ "$RANK" = 0 ] || echo "$RANK $LOCAL_RANK $WORLD_SIZE $LOCAL_WORLD_SIZE $MASTER_ADDR $JETVIT_LAUNCHER $(cat)")sh",
      3, kept);
  EXPECT_EQ(status, 0);
  EXPECT_THAT(kept.notes,
              UnorderedElementsAre("[rank 1] 1 1 3 3 127.0.0.1 jetvit ", "[rank 2] 2 2 3 3 127.0.0.1 jetvit "));
  EXPECT_TRUE(kept.warnings.empty());
}

TEST(Launch, AFailureEndsTheOthers) {
  Kept kept;
  const double start = monotonic_seconds();
  const int status =
      shell(R"sh([ "$RANK" = 1 ] && { echo "the disk is full" >&2; exit 3; }; exec sleep 60)sh", 3, kept);
  EXPECT_EQ(status, 3);
  EXPECT_LT(monotonic_seconds() - start, 10);
  ASSERT_EQ(kept.warnings.size(), 1U);
  EXPECT_THAT(kept.warnings[0], HasSubstr("rank 1 of 3 (process "));
  EXPECT_THAT(kept.warnings[0], HasSubstr("status 3; its last words: the disk is full"));
}

// What all of them refuse is said once, by rank 0.
TEST(Launch, WhatRankZeroSaysIsNotRepeated) {
  Kept kept;
  EXPECT_EQ(shell(R"sh([ "$RANK" = 0 ] && sleep 0.2; echo "jetvit: no such recipe" >&2; exit 2)sh", 3, kept), 2);
  EXPECT_TRUE(kept.warnings.empty());
  EXPECT_TRUE(kept.notes.empty());
}

// One that was asked to stop before it met the others is the reason why they end.
TEST(Launch, AStopOfOneIsNoFailureOfTheOthers) {
  Kept kept;
  EXPECT_EQ(shell(R"sh([ "$RANK" = 1 ] && exit 143; sleep 0.2; exit 75)sh", 3, kept), 143);
  EXPECT_EQ(kept.warnings, std::vector<std::string>{"stopped by signal 15"});
  Kept silent;
  EXPECT_EQ(shell(R"sh([ "$RANK" = 0 ] && exit 143; sleep 0.2; exit 75)sh", 3, silent), 143);  // rank 0 has said it
  EXPECT_TRUE(silent.warnings.empty());
}

TEST(Launch, ASignalIsNamed) {
  Kept kept;
  EXPECT_EQ(shell(R"sh([ "$RANK" = 1 ] && kill -9 $$; exec sleep 60)sh", 2, kept), 137);
  EXPECT_THAT(kept.warnings, Contains(HasSubstr("signal 9 (Killed)")));
}

// Those that lose their peers end first, and are not the cause.
TEST(Launch, TheCauseIsNamedAndNotItsConsequence) {
  Kept kept;
  EXPECT_EQ(shell(R"sh([ "$RANK" = 1 ] && { sleep 0.3; exit 4; }; exit 75)sh", 3, kept), 4);
  EXPECT_THAT(kept.warnings, Contains(HasSubstr("rank 1 of 3")));
}

TEST(Launch, AStoppedProcessIsNamed) {
  Kept kept;
  EXPECT_EQ(shell(R"sh([ "$RANK" = 1 ] && kill -STOP $$; sleep 0.5; exit 75)sh", 3, kept), 75);
  EXPECT_THAT(kept.warnings, Contains(HasSubstr("rank 1 of 3")));
  EXPECT_THAT(kept.warnings, Contains(HasSubstr("it is stopped")));
}

TEST(Launch, TheDeafAreKilled) {
  Kept kept;
  const double start = monotonic_seconds();
  EXPECT_EQ(shell(R"sh(trap '' TERM; [ "$RANK" = 1 ] && exit 5; while :; do sleep 0.1; done)sh", 3, kept), 5);
  EXPECT_LT(monotonic_seconds() - start, 10);
}

// A program that saves when it is asked to stop ends with 128 + signal, and that is no failure.
TEST(Launch, AStopIsPassedOn) {
  Kept kept;
  const pid_t launcher = fork();
  if (launcher == 0) {
    Kept none;
    const int status = shell("trap 'exit 143' TERM; while :; do sleep 0.1; done", 2, none);
    _exit(none.warnings.empty() ? status : 1);
  }
  usleep(500'000);
  kill(launcher, SIGTERM);
  int status = 0;
  waitpid(launcher, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 143);
}

TEST(Launch, NothingOutlivesAKilledLauncher) {
  const test::TempFolder folder;
  const pid_t launcher = fork();
  if (launcher == 0) {
    Kept none;
    shell("echo $$ > " + folder.path().string() + "/$RANK; exec sleep 60", 2, none);
    _exit(0);
  }
  usleep(500'000);
  kill(launcher, SIGKILL);
  waitpid(launcher, nullptr, 0);
  usleep(500'000);
  for (const char* rank : {"0", "1"}) {
    const pid_t process = std::stoi(read_text_file(folder.path() / rank, 100));
    std::ifstream about("/proc/" + std::to_string(process) + "/stat");
    std::string state;
    std::getline(about, state);
    EXPECT_TRUE(!about || state.find(") Z ") != std::string::npos) << "rank " << rank << " is left: " << state;
  }
}

TEST(Launch, AProgramThatIsNotThere) {
  Kept kept;
  EXPECT_EQ(status_of({"/no/such/program"}, 2, kept), 127);
}

}  // namespace
}  // namespace jetvit
