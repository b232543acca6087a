#include "raw/reading_tasks.h"

#include <utility>

namespace jetvit {

ReadingTasks::ReadingTasks(const InputFile& file, ParquetFooter& footer, const RawSchema& schema,
                           const RunLimits& limits)
    : file_(file),
      footer_(footer),
      wanted_(wanted_columns(schema)),
      values_per_jet_(static_cast<std::uint64_t>(schema.layout.shape.values())),
      limits_(limits) {
  for (const int index : wanted_) columns_.push_back(footer.columns()[static_cast<std::size_t>(index)]);
}

bool ReadingTasks::has_group() {
  RowGroup group;
  if (!group_ && footer_.next(wanted_, group)) group_ = std::move(group);
  return group_.has_value();
}

bool ReadingTasks::is_large(const RowGroup& group) const {
  return group.rows > limits_.rows || (group.rows > 0 && group.chunks[0].size > limits_.bytes);
}

std::optional<ReadingTask> ReadingTasks::next() {
  ReadingTask task;
  if (large_) task.run = large_->next_run();
  if (task.run) return task;
  large_.reset();
  task.first_row = row_;
  std::uint64_t bytes = 0;
  while (row_ - task.first_row < limits_.rows && bytes < limits_.bytes && has_group() && !is_large(*group_)) {
    row_ += group_->rows;
    bytes += group_->chunks[0].size;
    task.groups.push_back(std::move(*group_));
    group_.reset();
  }
  if (!task.groups.empty()) return task;
  if (!has_group()) return std::nullopt;
  const std::uint64_t first_row = row_;
  row_ += group_->rows;
  large_ = std::make_shared<LargeRowGroup>(file_, std::move(*group_), first_row, columns_, values_per_jet_, limits_);
  group_.reset();
  task.run = large_->next_run();
  return task;
}

}  // namespace jetvit
