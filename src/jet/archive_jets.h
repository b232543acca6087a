#pragma once

#include <concepts>
#include <type_traits>

#include "jet/jet_records.h"

namespace jetvit {

// For base/archive.h: jets without their images.

template <class Archive, class Self>
requires std::same_as<std::remove_const_t<Self>, IntegerColumn>
void archive_members(Archive& archive, Self& self) {
  archive(self.observer);
  archive(self.is_unsigned);
  archive(self.value);
}

template <class Archive, class Self>
requires std::same_as<std::remove_const_t<Self>, JetRecords>
void archive_members(Archive& archive, Self& self) {
  archive(self.label);
  archive(self.weight);
  archive(self.observer_names);
  archive(self.observers);
  archive(self.integers);
  archive(self.source_file);
  archive(self.source_row);
  archive(self.identity);
}

}  // namespace jetvit
