#include "group/place.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/error.h"
#include "base/text.h"
#include "group/network.h"

namespace jetvit {
namespace {

constexpr int kMostProcesses = 1 << 20;
constexpr int kMostJobs = (1 << 30) - 1;
constexpr int kFirstPort = 20000, kPorts = 10000;  // below those that Linux gives to clients
constexpr int kStepsOfJob = 16;                    // a job rarely has more that run together

int number_in(const char* name, const char* value, int least, int most) {
  int number = 0;
  const char* const end = value + std::strlen(value);
  const auto [stop, problem] = std::from_chars(value, end, number);
  if (problem == std::errc() && stop == end && number >= least && number <= most) return number;
  throw UsageError(text("the environment variable ", name, " is \"", printable(value), "\", not a number from ", least,
                        " to ", most, " (the launcher of several processes sets it; remove it to train alone)"));
}

// The variables of one launcher.
class Variables {
 public:
  Variables(const Environment& environment, const char* launcher) : environment_(environment), launcher_(launcher) {}

  std::optional<int> number(const char* name, int least, int most) const {
    const char* const value = name == nullptr ? nullptr : environment_(name);
    if (value == nullptr) return std::nullopt;
    return number_in(name, value, least, most);
  }

  int required_number(const char* name, int least, int most, const char* with) const {
    if (const std::optional<int> value = number(name, least, most)) return *value;
    throw UsageError(text("the environment variable ", with, " is set, but ", name,
                          " is not (both tell a process its place; set both, or neither)"));
  }

  std::string word(const char* name) const {
    const char* const value = environment_(name);
    return value == nullptr ? "" : value;
  }

  // A place by the names of its variables; null: the launcher has none for it.
  Place place(const char* rank, const char* size, const char* local_rank, const char* local_size) const {
    Place place;
    place.launcher = launcher_;
    place.size = required_number(size, 1, kMostProcesses, rank);
    place.rank = required_number(rank, 0, place.size - 1, size);
    place.local_size = number(local_size, 1, place.size);
    place.local_rank = number(local_rank, 0, place.local_size.value_or(place.size) - 1);
    place.address = word("MASTER_ADDR");
    place.port = number("MASTER_PORT", 1, 65535);
    return place;
  }

 private:
  const Environment& environment_;
  const char* launcher_;
};

// torchrun, `jetvit train --processes`, or variables that were set by hand.
Place place_of_torch(const Environment& environment) {
  const Variables of(environment, environment("TORCHELASTIC_RUN_ID") == nullptr ? "RANK and WORLD_SIZE" : "torchrun");
  Place place = of.place("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE");
  place.launcher_listens = of.word("TORCHELASTIC_USE_AGENT_STORE") == "True";
  place.launch = of.word("TORCHELASTIC_RESTART_COUNT");
  if (place.size > 1 && (place.address.empty() || !place.port)) {
    throw UsageError(text("RANK and WORLD_SIZE are set for ", place.size, " processes, but ",
                          place.address.empty() ? "MASTER_ADDR" : "MASTER_PORT", " is not (set it to the ",
                          place.address.empty() ? "host" : "port", " at which rank 0 can be reached)"));
  }
  return place;
}

// mpirun of Open MPI, which gives no address.
Place place_of_open_mpi(const Environment& environment) {
  const Variables of(environment, "mpirun");
  Place place = of.place("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK",
                         "OMPI_COMM_WORLD_LOCAL_SIZE");
  place.launch = of.word("PMIX_NAMESPACE");
  return place;
}

// mpiexec of MPICH and Intel MPI, which gives no address.
Place place_of_pmi(const Environment& environment) {
  const Variables of(environment, "mpiexec");
  Place place = of.place("PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID", "MPI_LOCALNRANKS");
  place.launch = of.word("PMI_JOBID");
  return place;
}

// srun, which gives no port: each step of a job takes one of its own.
Place place_of_slurm(const Environment& environment) {
  const Variables of(environment, "srun");
  Place place = of.place("SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "SLURM_LOCALID", nullptr);
  const std::int64_t job = of.number("SLURM_JOB_ID", 0, kMostJobs).value_or(0);
  const std::int64_t step = of.number("SLURM_STEP_ID", 0, kMostJobs).value_or(0);
  place.launch = text(job, ".", step);
  if (place.is_alone()) return place;
  if (!place.port) place.port = kFirstPort + static_cast<int>((job * kStepsOfJob + step) % kPorts);
  const bool is_one_host = of.number("SLURM_STEP_NUM_NODES", 1, kMostProcesses) == 1;
  if (is_one_host) place.local_size = place.size;
  if (!place.address.empty()) return place;
  if (is_one_host) {
    place.address = kLoopback;
    return place;
  }
  const std::string hosts = of.word("SLURM_STEP_NODELIST");
  place.address = first_host(hosts);
  if (place.address.empty()) {
    throw UsageError(text("the environment variable SLURM_STEP_NODELIST is \"", printable(hosts),
                          "\", not a list of hosts (set MASTER_ADDR to the host of rank 0)"));
  }
  return place;
}

bool is_set(const Environment& environment, const char* name) {
  return environment(name) != nullptr;
}

}  // namespace

Place place_from(const Environment& environment) {
  if (is_set(environment, "RANK") || is_set(environment, "WORLD_SIZE")) return place_of_torch(environment);
  if (is_set(environment, "OMPI_COMM_WORLD_RANK")) return place_of_open_mpi(environment);
  if (is_set(environment, "PMI_RANK")) return place_of_pmi(environment);
  // A batch script and a shell in an allocation have a rank, too, but no step of several tasks.
  if (is_set(environment, "SLURM_PROCID") && is_set(environment, "SLURM_STEP_NUM_TASKS")) {
    return place_of_slurm(environment);
  }
  return {};
}

std::string first_host(const std::string& list) {
  std::string host;
  for (std::size_t at = 0; at < list.size() && list[at] != ','; ++at) {
    if (list[at] != '[') {
      host += list[at];
      continue;
    }
    const std::size_t close = list.find(']', at);
    const std::size_t end = std::min(list.find_first_not_of("0123456789", at + 1), list.size());
    if (close == std::string::npos || end == at + 1 || end > close) return "";
    host += list.substr(at + 1, end - at - 1);
    at = close;
  }
  return host;
}

}  // namespace jetvit
