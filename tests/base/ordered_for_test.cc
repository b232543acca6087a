#include "base/ordered_for.h"

#include <atomic>
#include <chrono>
#include <limits>
#include <numeric>
#include <optional>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/text.h"
#include "support/expect_error.h"

namespace jetvit {
namespace {

constexpr std::size_t kEndless = std::numeric_limits<std::size_t>::max();

// Returns 0, 1, 2, ... below the count.
auto count_to(std::size_t count) {
  return [count, index = std::size_t{0}]() mutable { return index < count ? std::optional(index++) : std::nullopt; };
}

// Later indices are quicker, so the order is not kept by chance.
std::size_t slowly(std::size_t index) {
  std::this_thread::sleep_for(std::chrono::microseconds(300 - 100 * (index % 4)));
  return index;
}

TEST(OrderedFor, TakesInOrderOnTheCallingThreadAndStaysWithinItsWindow) {
  constexpr std::size_t kAhead = 3;
  for (const int threads : {1, 2, 5}) {
    std::vector<std::size_t> taken;
    std::atomic<std::size_t> count_taken{0};
    std::atomic<bool> outside{false};
    const std::thread::id caller = std::this_thread::get_id();
    ordered_for(
        threads, kAhead, count_to(100),
        [&](std::size_t index, int thread) {
          if (index >= count_taken + 1 + kAhead || thread < 0 || thread >= threads) outside = true;
          return slowly(index);
        },
        [&](std::size_t index) {
          EXPECT_EQ(std::this_thread::get_id(), caller);
          taken.push_back(index);
          ++count_taken;
          return true;
        });
    std::vector<std::size_t> expected(100);
    std::iota(expected.begin(), expected.end(), std::size_t{0});
    EXPECT_EQ(taken, expected);
    EXPECT_FALSE(outside);
  }
}

TEST(OrderedFor, EndsWhenEnoughWasTaken) {
  std::size_t last = 0;
  ordered_for(
      3, 6, count_to(kEndless), [](std::size_t index, int) { return slowly(index); },
      [&](std::size_t index) {
        last = index;
        return index < 20;
      });
  EXPECT_EQ(last, 20U);
}

TEST(OrderedFor, RethrowsTheFirstFailureInOrderAfterWhatCameBefore) {
  for (int attempt = 0; attempt < 20; ++attempt) {
    std::size_t taken = 0;
    EXPECT_ERROR(ordered_for(
                     4, 8, count_to(kEndless),
                     [](std::size_t index, int) {
                       if (index >= 7) throw Error(text("failed at ", index));
                       return slowly(index);
                     },
                     [&](std::size_t) {
                       ++taken;
                       return true;
                     }),
                 Error, "failed at 7");
    EXPECT_EQ(taken, 7U);
  }
}

TEST(OrderedFor, RethrowsWhatTakingThrows) {
  EXPECT_ERROR(ordered_for(
                   3, 6, count_to(kEndless), [](std::size_t index, int) { return slowly(index); },
                   [](std::size_t index) {
                     if (index == 5) throw Error("cannot take");
                     return true;
                   }),
               Error, "cannot take");
}

TEST(OrderedFor, RethrowsWhatTheNextTaskThrowsAfterWhatCameBefore) {
  std::size_t taken = 0;
  auto next = [index = std::size_t{0}]() mutable {
    if (index == 4) throw Error("no fifth task");
    return std::optional(index++);
  };
  EXPECT_ERROR(ordered_for(
                   3, 6, next, [](std::size_t index, int) { return slowly(index); },
                   [&](std::size_t) {
                     ++taken;
                     return true;
                   }),
               Error, "no fifth task");
  EXPECT_EQ(taken, 4U);
}

TEST(OrderedFor, DoesNothingWithoutTasks) {
  ordered_for(
      3, 6, count_to(0), [](std::size_t index, int) { return index; },
      [](std::size_t) {
        ADD_FAILURE();
        return true;
      });
}

}  // namespace
}  // namespace jetvit
