#include "predict/rounds.h"

#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/stop_flag.h"
#include "base/text.h"
#include "support/ranks.h"

namespace jetvit {
namespace {

using test::run_ranks;
using testing::Each;
using testing::HasSubstr;

// Rank r has 2 - r rounds, of r + 1 batches each.
std::string own_rounds(const Place& place) {
  const ProcessGroup group(place, {});
  std::size_t jets = 0;
  std::string taken;
  Rounds rounds(&group, [&](std::size_t done) { jets += done; });
  const auto work = [&](const Rounds::End& end) {
    for (int round = 0; round < 2 - place.rank; ++round) {
      for (int batch = 0; batch <= place.rank; ++batch) rounds.finish_batch(10);
      end(text("round ", round, " of ", place.rank));
    }
  };
  rounds.run(work, [&](const std::vector<std::string>& results) { taken += text("[", join(results, "|"), "]"); });
  const bool answer = rounds.ask_first(place.rank == 0);
  return text(taken, " ", jets, answer ? " yes" : " no");
}

TEST(Rounds, TheFirstProcessTakesTheResultsOfAll) {
  const std::vector<std::string> answers = run_ranks(3, own_rounds);
  EXPECT_EQ(answers.at(0), "[round 0 of 0|round 0 of 1|][round 1 of 0||] 40 yes");
  EXPECT_EQ(answers.at(1), " 40 yes");
  EXPECT_EQ(answers.at(2), " 40 yes");
}

TEST(Rounds, OneProcessHasThemToo) {
  std::string taken;
  std::size_t jets = 0;
  Rounds rounds(nullptr, [&](std::size_t done) { jets += done; });
  const auto work = [&](const Rounds::End& end) {
    for (const char* results : {"a", "b"}) {
      rounds.finish_batch(3);
      end(results);
    }
  };
  rounds.run(work, [&](const std::vector<std::string>& results) { taken += join(results, "|") + ";"; });
  EXPECT_EQ(taken, "a;b;");
  EXPECT_EQ(jets, 6U);
}

// A signal to one process stops all, whether it hears of it in a batch or while it reads.
TEST(Rounds, AStopOfOneIsThatOfAll) {
  for (const bool while_reading : {false, true}) {
    const std::vector<std::string> answers = run_ranks(3, [&](const Place& place) -> std::string {
      install_stop_handlers();
      const ProcessGroup group(place, {});
      Rounds rounds(&group);
      int ended = 0;
      try {
        const auto work = [&](const Rounds::End& end) {
          for (int round = 0; round < 100; ++round) {
            if (round == 3 && place.rank == 1) raise(SIGTERM);
            if (while_reading) throw_if_stopped();
            rounds.finish_batch(1);
            end("results");
            ++ended;
          }
        };
        rounds.run(work, [](const std::vector<std::string>&) {});
      } catch (const Interrupted& stop) {
        return text("signal ", stop.signal(), " after ", ended);
      }
      return "not stopped";
    });
    EXPECT_THAT(answers, Each("signal 15 after 3"));
  }
}

TEST(Rounds, AProcessThatFailsEndsTheOthers) {
  const std::vector<std::string> answers = run_ranks(2, [](const Place& place) -> std::string {
    const ProcessGroup group(place, {});
    Rounds rounds(&group);
    const auto work = [&](const Rounds::End& end) {
      if (place.rank == 1) throw Error("a damaged file");
      end("results");
    };
    rounds.run(work, [](const std::vector<std::string>&) {});
    return "finished";
  });
  EXPECT_THAT(answers.at(0), HasSubstr("error: rank 0 of 2"));
  EXPECT_THAT(answers.at(1), HasSubstr("a damaged file"));
}

TEST(RequireSame, NamesTheProcessThatReadsSomethingElse) {
  const std::vector<std::string> answers = run_ranks(3, [](const Place& place) -> std::string {
    const ProcessGroup group(place, {});
    require_same(&group, "model", "equal");
    try {
      require_same(&group, "jet store", place.rank == 2 ? "B" : "A");
    } catch (const Error& error) {
      return error.what();
    }
    return "the same";
  });
  EXPECT_THAT(answers, Each(HasSubstr("rank 2 (")));
  EXPECT_THAT(answers, Each(HasSubstr("reads another jet store than rank 0")));
}

}  // namespace
}  // namespace jetvit
