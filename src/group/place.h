#pragma once

#include <functional>
#include <optional>
#include <string>

namespace jetvit {

// The place of this process among those that a launcher started together.
struct Place {
  int rank = 0;
  int size = 1;
  // Among the processes of this host. No value if the launcher does not say.
  std::optional<int> local_rank, local_size;
  std::string launcher;           // for messages; empty: none, the process is alone
  std::string address;            // of the host of rank 0; empty: rank 0 tells the others where it is
  std::optional<int> port;        // that rank 0 listens on
  std::string launch;             // tells launches apart that share a folder or a store
  bool launcher_listens = false;  // torchrun's agent holds the store in the place of rank 0

  bool is_alone() const { return size == 1; }
};

// The value of an environment variable, or null.
using Environment = std::function<const char*(const char* name)>;

// Reads the variables of the launchers, the first that is there of: RANK (torchrun, jetvit train `processes`, or set by
// hand), OMPI_COMM_WORLD_RANK (Open MPI), PMI_RANK (MPICH, Intel MPI) and SLURM_PROCID (srun). Sources: torchrun's page
// "Environment Variables", Open MPI's FAQ on running jobs, MPICH's wiki on Hydra, and the manual page of srun. Throws
// UsageError naming a variable that is missing, no number or out of range.
Place place_from(const Environment& environment);

// The first host of a list as Slurm writes it: "node08" of "node[08-10,12],gpu3". Empty if it is not such a list.
std::string first_host(const std::string& list);

}  // namespace jetvit
