#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/share.h"
#include "group/process_group.h"

namespace jetvit {

// The work of several processes that share the jets of an input, and whose results rank 0 takes, in rounds: in each one
// all processes work on their jets of it, and then send what came out. So memory holds the results of one round. One
// process alone has the same rounds.
class Rounds {
 public:
  // Takes the results of a round, in the order of the processes.
  using Take = std::function<void(const std::vector<std::string>& results)>;
  // Ends a round with the results of this process, which are not empty.
  using End = std::function<void(const std::string& results)>;

  // group: null for one process alone. progress: called with the jets that all processes have done; may be empty.
  explicit Rounds(const ProcessGroup* group, std::function<void(std::size_t)> progress = {});

  Share share() const;
  bool is_first() const { return group_ == nullptr || group_->rank() == 0; }  // whether this process takes the results

  // Calls `work`, which reads the jets of this process and calls its argument at the end of every round; `take` is
  // called in rank 0. The numbers of rounds may differ. Throws Interrupted in all processes where a stop was requested
  // in one of them, and PeerLost where another process has ended or does not answer.
  void run(const std::function<void(const End&)>& work, const Take& take);

  // For the work: to be called with the number of its jets after each batch. Throws the same errors.
  void finish_batch(std::size_t jets);

  // What rank 0 answers.
  bool ask_first(bool answer) const;

 private:
  bool meet(bool is_done, std::size_t jets, std::size_t bytes);
  bool end_round(const std::string& results, const Take& take);

  const ProcessGroup* group_;
  std::function<void(std::size_t)> progress_;
  bool is_stopped_ = false;
  std::vector<std::int64_t> bytes_;  // of the results of each process, at the end of a round
};

}  // namespace jetvit
