// The collectives of the stand-in device: sums through the store that the processes share.
#include <cstring>
#include <string>
#include <vector>

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty_like.h>
#include <torch/csrc/distributed/c10d/Backend.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>

#include "compute/device_collectives.h"
#include "support/stand_in/stand_in.h"

namespace jetvit::stand_in {
namespace {

std::int64_t sums = 0;

struct Done : c10d::Work {
  bool wait(std::chrono::milliseconds) override { return true; }
};

class Collectives : public c10d::Backend {
 public:
  Collectives(c10::intrusive_ptr<c10d::Store> store, int rank, int size)
      : c10d::Backend(rank, size), store_(std::move(store)) {}

  const std::string getBackendName() const override { return "standin"; }

  c10::intrusive_ptr<c10d::Work> allreduce(std::vector<at::Tensor>& tensors, const c10d::AllreduceOptions&) override {
    TORCH_CHECK(tensors.at(0).device() == device(), "a tensor of another device");
    const at::Tensor own = tensors[0].cpu().contiguous();
    const auto key = [this](int rank) { return std::to_string(number_) + "/" + std::to_string(rank); };
    const auto* const bytes = static_cast<const std::uint8_t*>(own.const_data_ptr());
    store_->set(key(getRank()), std::vector<std::uint8_t>(bytes, bytes + own.nbytes()));
    at::Tensor sum;
    for (int rank = 0; rank < getSize(); ++rank) {
      const std::vector<std::uint8_t> sent = store_->get(key(rank));
      TORCH_CHECK(sent.size() == own.nbytes(), "processes sum tensors of different sizes");
      at::Tensor of_rank = at::empty_like(own);
      std::memcpy(of_rank.mutable_data_ptr(), sent.data(), sent.size());
      sum = rank == 0 ? of_rank : sum + of_rank;
    }
    tensors[0].copy_(sum);
    ++number_;
    ++sums;
    return c10::make_intrusive<Done>();
  }

 private:
  c10::intrusive_ptr<c10d::Store> store_;
  int number_ = 0;
};

[[maybe_unused]] const bool kCollectivesRegistered = [] {
  register_collectives(c10::DeviceType::PrivateUse1,
                       [](const auto& store, int rank, int size, std::chrono::milliseconds) {
                         return c10::make_intrusive<Collectives>(store, rank, size);
                       });
  return true;
}();

}  // namespace

std::int64_t sums_of_processes() {
  return sums;
}

}  // namespace jetvit::stand_in
