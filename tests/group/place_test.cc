#include "group/place.h"

#include <map>

#include <gtest/gtest.h>

#include "base/error.h"
#include "support/expect_error.h"

namespace jetvit {
namespace {

using Variables = std::map<std::string, std::string>;

Place place_with(const Variables& variables) {
  return place_from([&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

Variables without(Variables variables, const std::string& name) {
  variables.erase(name);
  return variables;
}

Variables with(Variables variables, const std::string& name, const std::string& value) {
  variables[name] = value;
  return variables;
}

// As torchrun 2.11 sets them for the second process of the second of two hosts.
const Variables kTorchrun = {{"RANK", "3"},
                             {"LOCAL_RANK", "1"},
                             {"WORLD_SIZE", "4"},
                             {"LOCAL_WORLD_SIZE", "2"},
                             {"MASTER_ADDR", "node08"},
                             {"MASTER_PORT", "29500"},
                             {"TORCHELASTIC_RUN_ID", "none"},
                             {"TORCHELASTIC_RESTART_COUNT", "1"},
                             {"TORCHELASTIC_USE_AGENT_STORE", "True"}};

// As mpirun of Open MPI 4.1 does.
const Variables kMpirun = {{"OMPI_COMM_WORLD_RANK", "1"},       {"OMPI_COMM_WORLD_SIZE", "2"},
                           {"OMPI_COMM_WORLD_LOCAL_RANK", "1"}, {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"},
                           {"PMIX_NAMESPACE", "1234567"},       {"PMIX_RANK", "1"}};

// As srun 22.05 does.
const Variables kSrun = {{"SLURM_PROCID", "5"},         {"SLURM_LOCALID", "1"},
                         {"SLURM_STEP_NUM_TASKS", "8"}, {"SLURM_STEP_NODELIST", "node[08-10,12]"},
                         {"SLURM_JOB_ID", "77"},        {"SLURM_STEP_ID", "2"},
                         {"SLURM_NTASKS", "64"},        {"SLURM_JOB_NODELIST", "node[01-30]"}};

TEST(Place, OfAProcessAlone) {
  const Place place = place_with({});
  EXPECT_TRUE(place.is_alone());
  EXPECT_EQ(place.launcher, "");
}

TEST(Place, OfTorchrun) {
  const Place place = place_with(kTorchrun);
  EXPECT_EQ(place.launcher, "torchrun");
  EXPECT_EQ(place.rank, 3);
  EXPECT_EQ(place.size, 4);
  EXPECT_EQ(place.local_rank, 1);
  EXPECT_EQ(place.local_size, 2);
  EXPECT_EQ(place.address, "node08");
  EXPECT_EQ(place.port, 29500);
  EXPECT_EQ(place.launch, "1");
  EXPECT_TRUE(place.launcher_listens);
}

TEST(Place, OfVariablesSetByHand) {
  const Place place =
      place_with({{"RANK", "0"}, {"WORLD_SIZE", "2"}, {"MASTER_ADDR", "10.0.0.1"}, {"MASTER_PORT", "4000"}});
  EXPECT_EQ(place.size, 2);
  EXPECT_EQ(place.address, "10.0.0.1");
  EXPECT_FALSE(place.local_rank);
  EXPECT_FALSE(place.local_size);
  EXPECT_FALSE(place.launcher_listens);
}

TEST(Place, OfMpirun) {
  const Place place = place_with(kMpirun);
  EXPECT_EQ(place.launcher, "mpirun");
  EXPECT_EQ(place.rank, 1);
  EXPECT_EQ(place.size, 2);
  EXPECT_EQ(place.local_rank, 1);
  EXPECT_EQ(place.local_size, 2);
  EXPECT_EQ(place.address, "");
  EXPECT_FALSE(place.port);
  EXPECT_EQ(place.launch, "1234567");
}

TEST(Place, OfMpiexec) {
  const Place place =
      place_with({{"PMI_RANK", "2"}, {"PMI_SIZE", "3"}, {"MPI_LOCALRANKID", "0"}, {"MPI_LOCALNRANKS", "1"}});
  EXPECT_EQ(place.launcher, "mpiexec");
  EXPECT_EQ(place.rank, 2);
  EXPECT_EQ(place.size, 3);
  EXPECT_EQ(place.local_size, 1);
}

TEST(Place, OfSrun) {
  const Place place = place_with(kSrun);
  EXPECT_EQ(place.launcher, "srun");
  EXPECT_EQ(place.rank, 5);
  EXPECT_EQ(place.size, 8) << "of the step, not of the job";
  EXPECT_EQ(place.local_rank, 1);
  EXPECT_FALSE(place.local_size);
  EXPECT_EQ(place.address, "node08");
  EXPECT_EQ(place.launch, "77.2");
  EXPECT_EQ(place_with(with(kSrun, "SLURM_PROCID", "0")).port, place.port) << "all ranks agree on it";
  EXPECT_NE(place_with(with(kSrun, "SLURM_STEP_ID", "3")).port, place.port);
  EXPECT_EQ(place_with(with(kSrun, "MASTER_ADDR", "ib-node08")).address, "ib-node08") << "the user knows better";
}

TEST(Place, OfSrunOnOneHostIsTheLoopback) {
  const Place place = place_with(with(with(kSrun, "SLURM_STEP_NUM_NODES", "1"), "SLURM_STEP_NODELIST", "node08"));
  EXPECT_EQ(place.address, "127.0.0.1");
  EXPECT_EQ(place.local_size, 8);
  const Place of_two = place_with(with(kSrun, "SLURM_STEP_NUM_NODES", "2"));
  EXPECT_EQ(of_two.address, "node08");
  EXPECT_FALSE(of_two.local_size);
}

// A batch script of Slurm runs outside any step.
TEST(Place, OfABatchScriptIsAlone) {
  EXPECT_TRUE(place_with(without(kSrun, "SLURM_STEP_NUM_TASKS")).is_alone());
}

// torchrun under srun, and processes that jetvit starts under mpirun.
TEST(Place, TheInnermostLauncherCounts) {
  Variables both = kSrun;
  both.insert(kTorchrun.begin(), kTorchrun.end());
  EXPECT_EQ(place_with(both).launcher, "torchrun");
  Variables under_mpirun = kMpirun;
  under_mpirun.insert(kTorchrun.begin(), kTorchrun.end());
  EXPECT_EQ(place_with(under_mpirun).rank, 3);
}

TEST(Place, RefusesVariablesThatDoNotFit) {
  EXPECT_ERROR(place_with(with(kTorchrun, "RANK", "4")), UsageError, "RANK is \"4\", not a number from 0 to 3");
  EXPECT_ERROR(place_with(with(kTorchrun, "RANK", "x\n")), UsageError, "RANK is \"x\\u000a\"");
  EXPECT_ERROR(place_with(with(kTorchrun, "RANK", "")), UsageError, "RANK is \"\"");
  EXPECT_ERROR(place_with(with(kTorchrun, "WORLD_SIZE", "0")), UsageError, "WORLD_SIZE is \"0\"");
  EXPECT_ERROR(place_with(with(kTorchrun, "LOCAL_RANK", "2")), UsageError, "LOCAL_RANK is \"2\"");
  EXPECT_ERROR(place_with(with(kTorchrun, "MASTER_PORT", "70000")), UsageError, "MASTER_PORT is \"70000\"");
  EXPECT_ERROR(place_with(without(kTorchrun, "WORLD_SIZE")), UsageError, "RANK is set, but WORLD_SIZE is not");
  EXPECT_ERROR(place_with(without(kTorchrun, "RANK")), UsageError, "WORLD_SIZE is set, but RANK is not");
  EXPECT_ERROR(place_with(without(kTorchrun, "MASTER_ADDR")), UsageError, "MASTER_ADDR is not (set it to the host");
  EXPECT_ERROR(place_with(without(kTorchrun, "MASTER_PORT")), UsageError, "MASTER_PORT is not (set it to the port");
  EXPECT_ERROR(place_with(with(kSrun, "SLURM_STEP_NODELIST", "node[a-b]")), UsageError, "not a list of hosts");
}

// The forms of `scontrol show hostnames`, whose output these first hosts are.
TEST(FirstHost, OfListsOfSlurm) {
  EXPECT_EQ(first_host("localhost"), "localhost");
  EXPECT_EQ(first_host("node08,gpu3"), "node08");
  EXPECT_EQ(first_host("node[08-10,12],gpu3"), "node08");
  EXPECT_EQ(first_host("node[12,08-10]"), "node12");
  EXPECT_EQ(first_host("a[1-2]b[07-08]"), "a1b07");
  EXPECT_EQ(first_host("rack[1-2]-x.example.org"), "rack1-x.example.org");
  EXPECT_EQ(first_host(""), "");
  EXPECT_EQ(first_host("node["), "");
  EXPECT_EQ(first_host("node[]"), "");
  EXPECT_EQ(first_host("node[-3]"), "");
}

}  // namespace
}  // namespace jetvit
