#include "group/process_group.h"

#include <filesystem>
#include <sstream>
#include <thread>

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/stop_flag.h"
#include "base/text.h"
#include "base/threads.h"
#include "group/core_share.h"
#include "group/join.h"
#include "group/meeting.h"
#include "group/network.h"
#include "support/expect_error.h"
#include "support/ranks.h"
#include "support/temp_folder.h"

namespace jetvit {
namespace {

using test::run_ranks;
using testing::HasSubstr;

std::string numbers(const at::Tensor& x) {
  std::ostringstream words;
  const at::Tensor flat = x.flatten().to(at::kDouble);
  for (std::int64_t i = 0; i < flat.numel(); ++i) words << flat[i].item<double>() << ' ';
  return words.str();
}

TEST(ProcessGroup, CollectivesOfThree) {
  const std::vector<std::string> answers = run_ranks(3, [](const Place& place) {
    const ProcessGroup group(place, {});
    at::Tensor sum = at::full({2}, 1.5 + place.rank);
    group.sum(sum);
    at::Tensor most = at::full({1}, 10 * place.rank, at::kLong);
    group.maximum(most);
    at::Tensor first = at::full({1}, 7 + place.rank);
    group.broadcast(first);
    const at::Tensor all = group.gather(at::full({1, 2}, place.rank));
    // Rank r sends r + 1 rows that hold 10 r + p to each rank p.
    at::Tensor rows = at::arange(3, at::kDouble).repeat_interleave(place.rank + 1).unsqueeze(1) + 10 * place.rank;
    const std::int64_t own = place.rank + 1;
    const at::Tensor received = group.exchange(rows, {own, own, own}, {1, 2, 3});
    return text(numbers(sum), "| ", numbers(most), "| ", numbers(first), "| ", numbers(all), "| ", numbers(received),
                "| ", group.broadcast("from " + std::to_string(place.rank)), " | ",
                join(group.gather(std::string(static_cast<std::size_t>(place.rank), 'x')), ","), " | ",
                group.local_rank(), "/", group.local_size());
  });
  for (int rank = 0; rank < 3; ++rank) {
    EXPECT_EQ(answers.at(static_cast<std::size_t>(rank)),
              text("7.5 7.5 | 20 | 7 | 0 0 1 1 2 2 | ", rank, " ", 10 + rank, " ", 10 + rank, " ", 20 + rank, " ",
                   20 + rank, " ", 20 + rank, " | from 0 | ,x,xx | ", rank, "/3"));
  }
}

TEST(ProcessGroup, ADeadProcessIsNoticedAtOnce) {
  const std::vector<std::string> answers = run_ranks(3, [](const Place& place) -> std::string {
    const ProcessGroup group(place, {});
    at::Tensor x = at::full({1000}, 1.0);
    group.sum(x);
    if (place.rank == 1) raise(SIGKILL);
    const double start = monotonic_seconds();
    try {
      group.sum(x);
    } catch (const Error& error) {
      return text(monotonic_seconds() - start < 2 ? "soon: " : "late: ", error.what());
    }
    return "nothing";
  });
  EXPECT_EQ(answers.at(1), "status 137");
  EXPECT_THAT(answers.at(0), HasSubstr("soon: rank 0 of 3 ("));
  EXPECT_THAT(answers.at(2), HasSubstr("another process has ended, or does not answer"));
}

TEST(ProcessGroup, ASilentProcessIsWaitedForUntilTheTimeOut) {
  const std::vector<std::string> answers = run_ranks(2, [](const Place& place) -> std::string {
    const ProcessGroup group(place,
                             {.timeout = std::chrono::seconds(1), .joining = std::chrono::seconds(30), .folder = {}});
    at::Tensor x = at::full({1}, 1.0);
    if (place.rank == 1) {
      sleep(4);
      return "";
    }
    const double start = monotonic_seconds();
    try {
      group.sum(x);
    } catch (const Error& error) {
      const double seconds = monotonic_seconds() - start;
      return text(seconds > 0.9 && seconds < 3 ? "in time: " : "not in time: ", error.what());
    }
    return "nothing";
  });
  EXPECT_THAT(answers.at(0), HasSubstr("in time: rank 0 of 2 ("));
}

TEST(ProcessGroup, SomebodyNeverComes) {
  const std::vector<std::string> answers = run_ranks(2, [](const Place& place) -> std::string {
    if (place.rank == 1) return "stays away";
    const ProcessGroup group(place,
                             {.timeout = std::chrono::seconds(2), .joining = std::chrono::seconds(1), .folder = {}});
    return "joined";
  });
  EXPECT_THAT(answers.at(0), HasSubstr("error: rank 0 of 2 ("));
  EXPECT_THAT(answers.at(0), HasSubstr("cannot join the other processes: nothing was heard of rank 1"));
}

TEST(ProcessGroup, RankZeroNeverComes) {
  const std::vector<std::string> answers = run_ranks(2, [](const Place& place) -> std::string {
    if (place.rank == 0) return "stays away";
    const ProcessGroup group(place,
                             {.timeout = std::chrono::seconds(2), .joining = std::chrono::seconds(1), .folder = {}});
    return "joined";
  });
  EXPECT_THAT(answers.at(1), HasSubstr("error: rank 1 of 2 ("));
  EXPECT_THAT(answers.at(1), HasSubstr("rank 0 is not found at 127.0.0.1, port "));
}

// Each waits for somebody who does not come, and is asked to stop: long before the two minutes of joining.
TEST(ProcessGroup, WaitingForTheOthersCanBeStopped) {
  const std::vector<std::string> answers = run_ranks(3, [](const Place& place) -> std::string {
    if (place.rank == 2) return "stays away";
    install_stop_handlers();
    Place alone = place;
    if (place.rank == 1) alone.port = 1;  // nothing listens there
    std::thread([] {
      usleep(500'000);
      kill(getpid(), SIGTERM);
    }).detach();
    const double start = monotonic_seconds();
    try {
      const ProcessGroup group(alone, {});
    } catch (const Interrupted& interrupted) {
      return text(monotonic_seconds() - start < 5 ? "soon: " : "late: ", interrupted.signal());
    }
    return "nothing";
  });
  EXPECT_EQ(answers.at(0), "soon: 15");
  EXPECT_EQ(answers.at(1), "soon: 15");
}

// The first two may run on the same core, the third one has another machine.
TEST(ProcessGroup, CoresAreSharedByThoseThatMayUseThem) {
  const std::vector<Cores> all = {{"a", {0}}, {"a", {0, 1}}, {"b", {0}}, {"c", {}}, {"c", {}}};
  EXPECT_EQ(core_share(all, 0), 0.5);
  EXPECT_EQ(core_share(all, 1), 0.75);
  EXPECT_EQ(core_share(all, 2), 1);
  EXPECT_EQ(core_share(all, 4), 0.5) << "not known";
  const Cores own = cores_of_process();
  EXPECT_EQ(cores_from_text(to_text(own)).machine, own.machine);
  EXPECT_EQ(cores_from_text(to_text(own)).numbers, own.numbers);
  EXPECT_FALSE(own.numbers.empty());
}

// Two of three processes are bound to the same core, as taskset(1) does it.
TEST(ProcessGroup, ThreadsAreThoseOfTheCoresThatAProcessHas) {
  const std::vector<std::string> answers = run_ranks(3, [](const Place& place) {
    const int first = own_cores().front();
    if (place.rank > 0) {
      cpu_set_t one;
      CPU_ZERO(&one);
      CPU_SET(first, &one);
      sched_setaffinity(0, sizeof one, &one);
    }
    const ProcessGroup group(place, {});
    return text(threads_of_process(30, group), " of ", own_cores().size());
  });
  EXPECT_EQ(answers.at(1), "10 of 1");
  EXPECT_EQ(answers.at(2), "10 of 1");
  // A third of one core, and all others: exactly 30 (n - 2/3) / n.
  const auto cores = static_cast<int>(own_cores().size());
  EXPECT_EQ(answers.at(0), text((30 * cores - 20) / cores, " of ", cores));
}

TEST(ProcessGroup, RankZeroLeavesItsAddressInAFolder) {
  const test::TempFolder folder;
  const GroupOptions options = {.joining = std::chrono::seconds(20), .folder = folder.path()};
  // Left by a former launch of the same name: nothing listens there.
  Meeting(folder.path(), "launch@7").announce({"127.0.0.1", 1});
  const std::vector<std::string> answers = run_ranks(3, [&](Place place) {
    place.address.clear();
    place.port.reset();
    place.launch = "launch@7";
    place.local_size = 3;
    if (place.rank == 0) usleep(300'000);
    const ProcessGroup group(place, options);
    return numbers(group.gather(at::full({1}, place.rank)));
  });
  EXPECT_EQ(answers, std::vector<std::string>(3, "0 1 2 "));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Meeting, LeadsNowhere) {
  const test::TempFolder folder;
  const auto patience = std::chrono::milliseconds(100);
  EXPECT_NO_THROW(Meeting(folder / "new/folder", "a").announce({"127.0.0.1", 1}));
  EXPECT_TRUE(std::filesystem::is_empty(folder / "new/folder")) << "removed with the object";
  EXPECT_ERROR(Meeting(folder.path(), "a").find(patience), Error, "leads to no rank 0");
  Meeting left(folder.path(), "b");
  left.announce({"127.0.0.1", 1});
  EXPECT_ERROR(Meeting(folder.path(), "b").find(patience), Error, "it names 127.0.0.1, port 1: Connection refused");
}

TEST(Network, ListensAtOneAddressAlone) {
  const Listener listener({"127.0.0.1", 0});
  EXPECT_EQ(why_unreachable({"127.0.0.1", listener.port()}), "");
  EXPECT_EQ(why_unreachable({"127.0.0.2", listener.port()}), "Connection refused");
  EXPECT_ERROR(Listener({"127.0.0.1", listener.port()}), Error, "Address already in use");
  EXPECT_ERROR(Listener({"192.0.2.1", 0}), Error, "cannot listen at 192.0.2.1");
  EXPECT_ERROR(Listener({"no-such-host.invalid", 0}), Error, "no-such-host.invalid is not known here");
}

TEST(Network, AddressTowardsAHost) {
  EXPECT_EQ(address_towards("127.0.0.1"), "127.0.0.1");
  EXPECT_TRUE(is_loopback(address_towards("localhost")));
  EXPECT_TRUE(is_loopback("127.0.1.1"));
  EXPECT_TRUE(is_loopback("::1"));
  EXPECT_FALSE(is_loopback("10.127.0.1"));
}

TEST(Network, NamesAtTheLoopback) {
  EXPECT_FALSE(is_named_at_loopback("localhost")) << "all mean it so";
  EXPECT_FALSE(is_named_at_loopback("127.0.1.1")) << "all mean it so";
  EXPECT_FALSE(is_named_at_loopback("192.0.2.1"));
  EXPECT_FALSE(is_named_at_loopback("no-such-host.invalid"));
}

TEST(Network, AddressOfAnInterface) {
  EXPECT_EQ(interface_address("lo"), "127.0.0.1");
  EXPECT_ERROR(interface_address("no-such0"), Error, "no network interface no-such0 with an address (there is: lo");
}

TEST(Network, ReachesWhatListensLater) {
  Listener first({"127.0.0.1", 0});
  const int port = first.port();
  close(first.release());
  std::thread later([port] {
    usleep(200'000);
    const Listener listener({"127.0.0.1", port});
    sleep(1);
  });
  EXPECT_EQ(reached({"localhost", port}, std::chrono::seconds(10)).address, "127.0.0.1");
  later.join();
  EXPECT_ERROR(reached({"127.0.0.1", port}, std::chrono::milliseconds(100)), Error,
               text("not found at 127.0.0.1, port ", port, " (Connection refused; "));
}

}  // namespace
}  // namespace jetvit
