#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "group/place.h"

namespace jetvit {

struct GroupOptions {
  std::chrono::milliseconds timeout = std::chrono::minutes(10);  // of a call that waits for the other processes
  std::chrono::milliseconds joining = std::chrono::minutes(2);   // until all processes have come
  std::filesystem::path folder;  // that all processes see, where rank 0 can leave its address
};

// The processes that work together, connected by TCP through libtorch's c10d and Gloo. The traffic is neither
// encrypted nor authenticated. All processes make the same calls in the same order. Tensors are on the CPU, where
// nothing else is said.
//
// Each call throws PeerLost where another process has ended, or does not answer within the time-out.
class ProcessGroup {
 public:
  // Joins the other processes. Rank 0 listens at one address alone: at the place's, or, where a host file says that
  // this is a loopback, at the one at which other hosts find it. Throws Error naming rank and host where they do not
  // meet in time, with the ranks that are missing, or where libtorch is not the one that jetvit was built for.
  ProcessGroup(Place place, const GroupOptions& options);
  ~ProcessGroup();
  ProcessGroup(const ProcessGroup&) = delete;
  ProcessGroup& operator=(const ProcessGroup&) = delete;

  int rank() const { return place_.rank; }
  int size() const { return place_.size; }
  int local_rank() const { return local_rank_; }  // among the processes of this machine
  int local_size() const { return local_size_; }
  double core_share() const { return core_share_; }  // of this process, as in group/core_share.h

  // Prepares begin_sum() for tensors of the CPU and of this device. True if that has collectives of its own
  // (compute/device_collectives.h). Throws as a call does.
  bool prepare_sums(at::Device device) const;

  // Replaces x by its sum over the processes, or by its maximum, element by element. x: contiguous, of one shape and
  // dtype everywhere.
  void sum(at::Tensor x) const;
  void maximum(at::Tensor x) const;

  // As sum(), in the background: x, of a prepared device, is its sum once the function that this returns has
  // been called; of a device, in the order of the current streams. These sums are taken in the order of their calls,
  // whatever other calls come between them.
  std::function<void()> begin_sum(at::Tensor x) const;

  // Replaces x by that of rank 0.
  void broadcast(at::Tensor x) const;
  std::string broadcast(const std::string& text) const;

  // The tensors of all processes along a new first dimension, in the order of their ranks. x: as for sum().
  at::Tensor gather(const at::Tensor& x) const;
  std::vector<std::string> gather(const std::string& text) const;

  // Sends sent[r] rows of `rows` to rank r, and returns the received[r] rows of each rank in the order of the ranks.
  at::Tensor exchange(const at::Tensor& rows, std::vector<std::int64_t> sent, std::vector<std::int64_t> received) const;

  // Sends `text` to rank 0, which gets those of all processes in the order of their ranks; the others get none.
  // sizes: of the texts of all ranks, in bytes.
  std::vector<std::string> send_to_first(const std::string& text, const std::vector<std::int64_t>& sizes) const;

 private:
  struct Connection;

  Place place_;
  int local_rank_ = 0, local_size_ = 1;
  double core_share_ = 1;
  std::unique_ptr<Connection> connection_;
};

// Whether this process is the one that writes and speaks for all: rank 0, or one alone (null).
inline bool is_first(const ProcessGroup* group) {
  return group == nullptr || group->rank() == 0;
}

// Throws Error in all processes where one of them has other words than rank 0: `what` they read is then not the same
// everywhere ("another `what` than rank 0").
void require_same(const ProcessGroup* group, const std::string& what, const std::string& words);

}  // namespace jetvit
