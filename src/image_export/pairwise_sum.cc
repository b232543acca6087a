#include "image_export/pairwise_sum.h"

#include <algorithm>
#include <array>

#include "base/parallel_for.h"

namespace jetvit {
namespace {

constexpr std::size_t kBlock = 128;
constexpr int kTaskLevels = 6;  // the tree is split at this depth into 64 tasks

// A range of indices into the listed positions.
struct Cut {
  std::size_t begin = 0, end = 0;
};

std::size_t first_half(std::size_t count) {
  return count / 2 - (count / 2) % 8;
}

double block_sum(const double* values, std::size_t count) {
  if (count < 8) {
    double sum = 0;
    for (std::size_t index = 0; index < count; ++index) sum += values[index];
    return sum;
  }
  std::array<double, 8> part;
  std::copy_n(values, 8, part.begin());
  std::size_t index = 8;
  for (; index + 8 <= count; index += 8) {
    for (std::size_t lane = 0; lane < 8; ++lane) part[lane] += values[index + lane];
  }
  double sum = ((part[0] + part[1]) + (part[2] + part[3])) + ((part[4] + part[5]) + (part[6] + part[7]));
  for (; index < count; ++index) sum += values[index];
  return sum;
}

class Summation {
 public:
  explicit Summation(const SparseVector& vector) : vector_(vector) {
    if (vector.fill != 0 || vector.size < 8) block_.fill(vector.fill);
  }

  // The sum of the elements [begin, begin + count); `listed` is the range of their listed positions.
  double sum(std::size_t begin, std::size_t count, Cut listed) {
    if (listed.begin == listed.end) return uniform(count);
    if (count <= kBlock) return occupied_block(begin, count, listed);
    const std::size_t half = first_half(count);
    const std::size_t middle = cut(begin + half, listed);
    const double low = sum(begin, half, {listed.begin, middle});
    return low + sum(begin + half, count - half, {middle, listed.end});
  }

  // Index of the first listed position that is not below `position`.
  std::size_t cut(std::size_t position, Cut listed) const {
    const auto first = vector_.position.begin();
    return static_cast<std::size_t>(std::lower_bound(first + static_cast<std::ptrdiff_t>(listed.begin),
                                                     first + static_cast<std::ptrdiff_t>(listed.end), position) -
                                    first);
  }

 private:
  double occupied_block(std::size_t begin, std::size_t count, Cut listed) {
    if (vector_.fill == 0 && count >= 8) return block_of_zeros(begin, count, listed);
    for (std::size_t index = listed.begin; index < listed.end; ++index) {
      block_[vector_.position[index] - begin] = vector_.value[index];
    }
    const double sum = block_sum(block_.data(), count);
    for (std::size_t index = listed.begin; index < listed.end; ++index) {
      block_[vector_.position[index] - begin] = vector_.fill;
    }
    return sum;
  }

  // block_sum() for a fill of 0: only listed elements contribute.
  double block_of_zeros(std::size_t begin, std::size_t count, Cut listed) const {
    std::array<double, 8> part{};
    std::size_t index = listed.begin;
    for (; index < listed.end && vector_.position[index] - begin < count - count % 8; ++index) {
      part[(vector_.position[index] - begin) % 8] += vector_.value[index];
    }
    double sum = ((part[0] + part[1]) + (part[2] + part[3])) + ((part[4] + part[5]) + (part[6] + part[7]));
    for (; index < listed.end; ++index) sum += vector_.value[index];
    return sum;
  }

  double uniform(std::size_t count) {
    if (vector_.fill == 0) return 0;
    if (count <= kBlock) return block_sum(block_.data(), count);
    for (const auto& [known, sum] : uniform_) {  // a few sizes per level of the tree
      if (known == count) return sum;
    }
    const std::size_t half = first_half(count);
    const double low = uniform(half);
    const double sum = low + uniform(count - half);
    uniform_.emplace_back(count, sum);
    return sum;
  }

  const SparseVector& vector_;
  std::array<double, kBlock> block_;  // holds the fill between calls; not used for a fill of 0
  std::vector<std::pair<std::size_t, double>> uniform_;
};

struct Task {
  std::size_t begin = 0, count = 0;
  Cut listed;
  double sum = 0;
};

void plan(const Summation& summation, std::size_t begin, std::size_t count, Cut listed, int levels,
          std::vector<Task>& tasks) {
  if (levels == 0 || count <= kBlock) {
    tasks.push_back({begin, count, listed});
    return;
  }
  const std::size_t half = first_half(count);
  const std::size_t middle = summation.cut(begin + half, listed);
  plan(summation, begin, half, {listed.begin, middle}, levels - 1, tasks);
  plan(summation, begin + half, count - half, {middle, listed.end}, levels - 1, tasks);
}

double gather(const std::vector<Task>& tasks, std::size_t& next, std::size_t count, int levels) {
  if (levels == 0 || count <= kBlock) return tasks[next++].sum;
  const std::size_t half = first_half(count);
  const double low = gather(tasks, next, half, levels - 1);
  return low + gather(tasks, next, count - half, levels - 1);
}

}  // namespace

double pairwise_sum(const SparseVector& vector) {
  return Summation(vector).sum(0, vector.size, {0, vector.position.size()});
}

double pairwise_sum(const SparseVector& vector, int threads) {
  if (threads <= 1) return pairwise_sum(vector);
  std::vector<Task> tasks;
  plan(Summation(vector), 0, vector.size, {0, vector.position.size()}, kTaskLevels, tasks);
  parallel_for(tasks.size(), threads, [&](std::size_t index, int) {
    Task& task = tasks[index];
    task.sum = Summation(vector).sum(task.begin, task.count, task.listed);
  });
  std::size_t next = 0;
  return gather(tasks, next, vector.size, kTaskLevels);
}

}  // namespace jetvit
