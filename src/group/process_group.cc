#include "group/process_group.h"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <optional>
#include <thread>
#include <utility>

#include <ATen/Version.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#include <torch/version.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/stop_flag.h"
#include "base/text.h"
#include "compute/describe_torch_error.h"
#include "compute/device_collectives.h"
#include "group/core_share.h"
#include "group/meeting.h"
#include "group/network.h"
#include "group/store_descriptor.h"
// After libtorch's headers: Gloo's own ones count if a wheel brings them.
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>

static_assert(TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR == 11,
              "gloo_names was checked with libtorch 2.11: compare it with ProcessGroupGloo.hpp of this one");

namespace jetvit {
namespace {

// The objects of c10d have the members of the library that they come from.
void require_this_libtorch() {
  const std::string built = at::show_config();  // "..., USE_GLOO=ON, ..."
  const auto value = [&built](const std::string& key) {
    const std::size_t found = built.find(" " + key + "=");
    if (found == std::string::npos) return std::string("unknown");
    const std::size_t first = found + key.size() + 2;
    return built.substr(first, built.find(',', first) - first);
  };
  if (value("TORCH_VERSION") == TORCH_VERSION && value("USE_GLOO") == "ON") return;
  throw Error(text("several processes need libtorch ", TORCH_VERSION, " with Gloo (here is ",
                   printable(value("TORCH_VERSION")), ", Gloo ", printable(value("USE_GLOO")),
                   "; use the libtorch that jetvit was built with)"));
}

// c10d writes to standard error what it also throws, with its C++ stack. Who wants to see that sets the variable.
void silence_c10d() {
  constexpr int kFatal = 3;  // c10/util/Logging.h
  if (std::getenv("TORCH_CPP_LOG_LEVEL") == nullptr) FLAGS_caffe2_log_level = kFatal;
}

std::string host_name() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "unknown";
}

std::vector<std::uint8_t> bytes_of(const std::string& text) {
  return {text.begin(), text.end()};
}

std::string text_of(const std::vector<std::uint8_t>& bytes) {
  return {bytes.begin(), bytes.end()};
}

c10::intrusive_ptr<c10d::Store> connected_store(const Endpoint& endpoint, std::chrono::milliseconds patience, int size,
                                                std::optional<int> listening) {
  c10d::TCPStoreOptions options;
  options.port = static_cast<std::uint16_t>(endpoint.port);
  options.isServer = listening.has_value();
  options.masterListenFd = listening;
  options.numWorkers = static_cast<std::size_t>(size);
  options.waitWorkers = false;
  options.timeout = patience;
  return c10::make_intrusive<c10d::TCPStore>(endpoint.address, options);
}

// Where the processes of this host find rank 0, if the launcher does not hold the store: on one host, nobody else can
// reach it. Empty: in the file where it leaves its address.
std::string address_of_rank_0(const Place& place) {
  const bool is_one_host = place.local_size == place.size;
  if (!place.address.empty()) {
    return !is_one_host && is_named_at_loopback(place.address) ? own_address() : place.address;
  }
  if (place.rank > 0) return "";
  return is_one_host ? kLoopback : own_address();
}

std::string address_key(int rank) {
  return "address/" + std::to_string(rank);
}

// Leaves the address towards the others in the store, and waits until all have done so. Unlike the waiting of the store
// itself, it ends when the user asks to stop, and tells who is missing.
void meet_all(c10d::Store& store, const Place& place, const std::string& own, std::chrono::milliseconds patience) {
  constexpr auto kBetweenCounts = std::chrono::milliseconds(20);
  const double end = monotonic_seconds() + std::chrono::duration<double>(patience).count();
  store.set(address_key(place.rank), bytes_of(own));
  store.add("present", 1);
  while (store.add("present", 0) < place.size) {
    throw_if_stopped();
    std::this_thread::sleep_for(kBetweenCounts);
    if (monotonic_seconds() < end) continue;
    std::vector<std::string> missing;
    for (int rank = 0; rank < place.size; ++rank) {
      if (!store.check({address_key(rank)})) missing.push_back(std::to_string(rank));
    }
    throw Error(text("nothing was heard of rank ", join(missing, ", ")));
  }
}

// The address of this process towards the others. One that sees rank 0 at a loopback, as on the host of rank 0 or where
// its name is in a host file, looks from the side of a process that does not.
std::string address_for_peers(c10d::Store& store, const Place& place, const std::string& address_of_first,
                              std::chrono::milliseconds patience) {
  std::string own = std::getenv(kInterface) != nullptr ? own_address() : address_towards(address_of_first);
  meet_all(store, place, own, patience);
  for (int rank = 0; rank < place.size && is_loopback(own); ++rank) {
    const std::string there = text_of(store.get(address_key(rank)));
    if (!is_loopback(there)) own = address_towards(there);
  }
  return own;
}

}  // namespace

struct ProcessGroup::Connection {
  std::unique_ptr<Meeting> meeting;  // of rank 0: removed once all have come
  c10::intrusive_ptr<c10d::Store> store;
  std::string address;  // of this process
  std::chrono::milliseconds timeout;
  c10::intrusive_ptr<c10d::Backend> gloo;
  // For sums in the background: their order is not that of the other calls.
  c10::intrusive_ptr<c10d::Backend> background;  // Gloo, too
  c10::intrusive_ptr<c10d::Backend> of_device;

  // All processes connect themselves under a name.
  c10::intrusive_ptr<c10d::Backend> connect(const char* name, const Place& place) const {
    auto options = c10d::ProcessGroupGloo::Options::create(timeout);
    options->devices.push_back(c10d::ProcessGroupGloo::createDeviceForHostname(address));
    return c10::make_intrusive<c10d::ProcessGroupGloo>(c10::make_intrusive<c10d::PrefixStore>(name, store), place.rank,
                                                       place.size, options);
  }
};

namespace {

// "rank 1 of 3 (node08)"
std::string describe(const Place& place) {
  return text("rank ", place.rank, " of ", place.size, " (", printable(host_name()), ")");
}

template <class Call>
auto joined(const Place& place, const Call& call) {
  try {
    return call();
  } catch (const Interrupted&) {
    throw;
  } catch (const Error& error) {
    throw Error(text(describe(place), ": cannot join the other processes: ", error.what()));
  } catch (const std::exception& error) {
    throw Error(
        text(describe(place), ": cannot join the other processes (", printable(describe_torch_error(error)), ")"));
  }
}

// Waits for a collective, whose failures are those of the other processes.
void finish(const Place& place, const c10::intrusive_ptr<c10d::Work>& work) {
  try {
    work->wait();
  } catch (const std::exception& error) {
    throw PeerLost(text(describe(place), ": another process has ended, or does not answer (",
                        printable(describe_torch_error(error)), ")"));
  }
}

}  // namespace

ProcessGroup::ProcessGroup(Place place, const GroupOptions& options)
    : place_(std::move(place)), connection_(std::make_unique<Connection>()) {
  require_this_libtorch();
  connection_->timeout = options.timeout;
  silence_c10d();
  joined(place_, [&] {
    std::optional<int> listening = inherited_store_descriptor();
    Endpoint first = {place_.launcher_listens ? place_.address : address_of_rank_0(place_), place_.port.value_or(0)};
    if (place_.rank == 0 && !place_.launcher_listens && !listening) {
      Listener listener(first);
      first = {listener.address(), listener.port()};
      listening = listener.release();
      if (place_.address.empty()) {
        connection_->meeting = std::make_unique<Meeting>(options.folder, place_.launch);
        connection_->meeting->announce(first);
      }
    } else if (first.address.empty()) {
      first = Meeting(options.folder, place_.launch).find(options.joining);
    } else if (!listening) {
      first = reached(first, options.joining);
    }
    const auto all = connected_store(first, options.joining, place_.size, listening);
    connection_->store = c10::make_intrusive<c10d::PrefixStore>("jetvit/" + place_.launch, all);
    connection_->address = address_for_peers(*connection_->store, place_, first.address, options.joining);
    connection_->gloo = connection_->connect("gloo", place_);
    std::vector<Cores> cores;
    for (const std::string& of_rank : gather(to_text(cores_of_process()))) cores.push_back(cores_from_text(of_rank));
    core_share_ = jetvit::core_share(cores, place_.rank);
    const auto own = cores.begin() + place_.rank;
    const auto is_here = [own](const Cores& one) { return one.machine == own->machine; };
    local_rank_ = place_.local_rank.value_or(static_cast<int>(std::count_if(cores.begin(), own, is_here)));
    local_size_ = place_.local_size.value_or(static_cast<int>(std::count_if(cores.begin(), cores.end(), is_here)));
    connection_->meeting.reset();
  });
}

// What a device still waits for will not come.
ProcessGroup::~ProcessGroup() {
  if (connection_->of_device && std::uncaught_exceptions() > 0) connection_->of_device->abort();
}

bool ProcessGroup::prepare_sums(at::Device device) const {
  const CollectivesMaker make = collectives_of(device);
  joined(place_, [&] {
    if (!connection_->background) connection_->background = connection_->connect("background", place_);
    if (!make || connection_->of_device) return;
    const auto store = c10::make_intrusive<c10d::PrefixStore>("device", connection_->store);
    connection_->of_device = make(store, rank(), size(), connection_->timeout);
  });
  return static_cast<bool>(make);
}

std::function<void()> ProcessGroup::begin_sum(at::Tensor x) const {
  c10d::Backend& backend = x.device().is_cpu() ? *connection_->background : *connection_->of_device;
  std::vector<at::Tensor> tensors = {std::move(x)};
  return [this, work = backend.allreduce(tensors)] { finish(place_, work); };
}

void ProcessGroup::sum(at::Tensor x) const {
  std::vector<at::Tensor> tensors = {std::move(x)};
  finish(place_, connection_->gloo->allreduce(tensors));
}

void ProcessGroup::maximum(at::Tensor x) const {
  std::vector<at::Tensor> tensors = {std::move(x)};
  c10d::AllreduceOptions options;
  options.reduceOp = c10d::ReduceOp::MAX;
  finish(place_, connection_->gloo->allreduce(tensors, options));
}

void ProcessGroup::broadcast(at::Tensor x) const {
  std::vector<at::Tensor> tensors = {std::move(x)};
  finish(place_, connection_->gloo->broadcast(tensors));
}

at::Tensor ProcessGroup::gather(const at::Tensor& x) const {
  std::vector<std::int64_t> sizes = x.sizes().vec();
  sizes.insert(sizes.begin(), size());
  at::Tensor all = at::empty(sizes, x.options());
  at::Tensor own = x.contiguous().unsqueeze(0);
  finish(place_, connection_->gloo->_allgather_base(all, own));
  return all;
}

namespace {

at::Tensor tensor_of(const std::string& text) {
  at::Tensor bytes = at::empty({static_cast<std::int64_t>(text.size())}, at::kByte);
  std::copy(text.begin(), text.end(), bytes.mutable_data_ptr<std::uint8_t>());
  return bytes;
}

std::string text_of(const at::Tensor& bytes) {
  const auto* const begin = bytes.const_data_ptr<std::uint8_t>();
  return {begin, begin + bytes.numel()};
}

at::Tensor length_of(const std::string& text) {
  at::Tensor length = at::empty({1}, at::kLong);
  *length.mutable_data_ptr<std::int64_t>() = static_cast<std::int64_t>(text.size());
  return length;
}

}  // namespace

std::string ProcessGroup::broadcast(const std::string& text) const {
  const at::Tensor length = length_of(text);
  broadcast(length);
  at::Tensor bytes = rank() == 0 ? tensor_of(text) : at::empty({length.item<std::int64_t>()}, at::kByte);
  if (bytes.numel() > 0) broadcast(bytes);
  return text_of(bytes);
}

std::vector<std::string> ProcessGroup::gather(const std::string& text) const {
  const at::Tensor lengths = gather(length_of(text)).flatten();
  const auto longest = std::max<std::int64_t>(1, lengths.max().item<std::int64_t>());
  at::Tensor padded = at::zeros({longest}, at::kByte);
  padded.narrow(0, 0, static_cast<std::int64_t>(text.size())).copy_(tensor_of(text));
  const at::Tensor all = gather(padded);
  std::vector<std::string> texts;
  for (std::int64_t of = 0; of < size(); ++of) {
    texts.push_back(text_of(all[of].narrow(0, 0, lengths[of].item<std::int64_t>())));
  }
  return texts;
}

std::vector<std::string> ProcessGroup::send_to_first(const std::string& text,
                                                     const std::vector<std::int64_t>& sizes) const {
  const auto count = static_cast<std::size_t>(size());
  std::vector<std::int64_t> sent(count, 0);
  sent[0] = sizes.at(static_cast<std::size_t>(rank()));
  const at::Tensor all = exchange(tensor_of(text), sent, rank() == 0 ? sizes : std::vector<std::int64_t>(count, 0));
  std::vector<std::string> texts;
  if (rank() != 0) return texts;
  std::int64_t first = 0;
  for (const std::int64_t bytes : sizes)
    texts.push_back(text_of(all.narrow(0, std::exchange(first, first + bytes), bytes)));
  return texts;
}

at::Tensor ProcessGroup::exchange(const at::Tensor& rows, std::vector<std::int64_t> sent,
                                  std::vector<std::int64_t> received) const {
  std::int64_t count = 0;
  for (const std::int64_t of_rank : received) count += of_rank;
  std::vector<std::int64_t> sizes = rows.sizes().vec();
  sizes[0] = count;
  at::Tensor from_all = at::empty(sizes, rows.options());
  at::Tensor own = rows.contiguous();
  finish(place_, connection_->gloo->alltoall_base(from_all, own, received, sent));
  return from_all;
}

void require_same(const ProcessGroup* group, const std::string& what, const std::string& words) {
  if (group == nullptr) return;
  const std::vector<std::string> all = group->gather(text(printable(host_name()), "\n", words));
  const auto host = [&](std::size_t rank) { return all[rank].substr(0, all[rank].find('\n')); };
  const auto words_of = [&](std::size_t rank) { return all[rank].substr(host(rank).size()); };
  for (std::size_t rank = 1; rank < all.size(); ++rank) {
    if (words_of(rank) == words_of(0)) continue;
    throw Error(text("rank ", rank, " (", host(rank), ") reads another ", what, " than rank 0 (", host(0),
                     "): all processes need the same files"));
  }
}

}  // namespace jetvit
