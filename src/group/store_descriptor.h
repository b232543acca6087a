#pragma once

#include <optional>
#include <string>

namespace jetvit {

// A launcher that opens the store's socket itself gives it to rank 0 by this environment variable: the number of the
// descriptor. So no other program can take the port in between.
inline constexpr const char* kStoreDescriptor = "JETVIT_STORE_DESCRIPTOR";

// The descriptor that this process was given. No value if it was given none. Throws UsageError if it is no socket.
std::optional<int> inherited_store_descriptor();

}  // namespace jetvit
