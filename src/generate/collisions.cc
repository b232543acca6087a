#include "generate/collisions.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include <Pythia8/Pythia.h>

#include "base/error.h"
#include "base/ordered_for.h"
#include "base/progress.h"
#include "base/random_stream.h"
#include "base/stop_flag.h"
#include "base/text.h"
#include "generate/jet_finder.h"

namespace jetvit {
namespace {

constexpr double kMaximumEta = 3.2;         // of particles that can reach the 125 x 125 window
constexpr double kMaximumPartonEta = 2.3;   // selected jets have |eta| < 2
constexpr double kPicturedPartonEta = 1.9;  // of at least one parton: image centers have |eta| < 1.4
constexpr std::uint64_t kPileUpKey = 0x70696c65;
constexpr std::size_t kPileUpBlock = 250;                                           // collisions from one seed
constexpr int kLargestSeed = 900'000'000;                                           // allowed by Pythia 8
constexpr double kVetoScale = 15, kVetoPt = 50, kVetoEta = 2.4, kVetoRadius = 0.5;  // GeV

// Rejects collisions as early as possible if their two jets cannot pass the selection. The hard process is rejected if
// the flavors are wrong or the partons are too forward. The showers are rejected at a scale of 15 GeV if the partons do
// not form two matched jets of 50 GeV. Measured with 1,500 events per class, thresholds of 48 and 52 GeV lose 0.6 % and
// 1.1 % of the gluon jets that would pass the selection, and 0.3 % and 0.6 % of the quark jets; 50 GeV is in between.
class EarlyVeto : public Pythia8::UserHooks {
 public:
  explicit EarlyVeto(bool quark) : quark_(quark) {}

  bool canVetoProcessLevel() override { return true; }
  bool doVetoProcessLevel(Pythia8::Event& process) override {
    bool can_be_pictured = false;
    for (int index = 0; index < process.size(); ++index) {
      if (process[index].status() != 23) continue;
      if (std::abs(process[index].eta()) > kMaximumPartonEta) return true;
      if (quark_ ? process[index].idAbs() > 3 : process[index].id() != 21) return true;
      can_be_pictured = can_be_pictured || std::abs(process[index].eta()) < kPicturedPartonEta;
    }
    return !can_be_pictured;
  }

  bool canVetoPT() override { return true; }
  double scaleVetoPT() override { return kVetoScale; }
  bool doVetoPT(int, const Pythia8::Event& event) override {
    std::vector<Particle> partons;
    std::vector<const Pythia8::Particle*> hard;
    for (int index = 0; index < event.size(); ++index) {
      const Pythia8::Particle& parton = event[index];
      if (parton.statusAbs() == 23) hard.push_back(&parton);
      if (!parton.isFinal()) continue;
      partons.push_back({parton.px(), parton.py(), parton.pz(), parton.e(), 0, 0, 0, parton.id(), 0});
    }
    int matched = 0;
    for (const FoundJet& jet : find_particle_jets(partons, kVetoRadius, kVetoPt)) {
      if (std::abs(jet.eta) > kVetoEta) continue;
      const auto near = [&jet](const Pythia8::Particle* parton) {
        return distance(jet.eta, jet.phi, parton->eta(), parton->phi()) < kVetoRadius;
      };
      if (std::any_of(hard.begin(), hard.end(), near)) ++matched;
    }
    return matched < 2;
  }

 private:
  bool quark_;
};

std::vector<std::string> settings(Process process) {
  // The common settings of CMS: Monash with the multiparton interaction parameters of CUETP8M1 (arXiv:1512.00815).
  // Particles decay within the tracker volume, so that K0S and Lambda produce displaced tracks. Multiparton
  // interactions are QCD only; those with photons, bosons and quarkonia are left out for speed.
  std::vector<std::string> lines = {"Print:quiet = on",
                                    "Beams:eCM = 8000",
                                    "Tune:pp = 14",
                                    "MultipartonInteractions:pT0Ref = 2.4024",
                                    "MultipartonInteractions:ecmPow = 0.25208",
                                    "MultipartonInteractions:expPow = 1.6",
                                    "MultipartonInteractions:processLevel = 1",
                                    "ParticleDecays:limitCylinder = on",
                                    "ParticleDecays:xyMax = 1100",
                                    "ParticleDecays:zMax = 2800"};
  const auto add = [&lines](std::initializer_list<std::string> more) {
    lines.insert(lines.end(), more.begin(), more.end());
  };
  switch (process) {
    case Process::gluon:
      add({"HardQCD:gg2gg = on", "HardQCD:qqbar2gg = on", "PhaseSpace:pTHatMin = 80", "PhaseSpace:pTHatMax = 170"});
      break;
    case Process::quark:
      add({"HardQCD:gg2qqbar = on", "HardQCD:qq2qq = on", "HardQCD:qqbar2qqbarNew = on", "PhaseSpace:pTHatMin = 80",
           "PhaseSpace:pTHatMax = 170"});
      break;
    case Process::qcd:
      add({"HardQCD:all = on", "PhaseSpace:pTHatMin = 380", "PhaseSpace:bias2Selection = on",
           text("PhaseSpace:bias2SelectionPow = ", kQcdBias)});
      break;
    case Process::top:
      add({"Top:gg2ttbar = on", "Top:qqbar2ttbar = on", "6:m0 = 172.5", "24:onMode = off", "24:onIfAny = 1 2 3 4 5",
           "PhaseSpace:pTHatMin = 380"});
      break;
    case Process::pile_up:
      add({"SoftQCD:inelastic = on"});
      break;
  }
  return lines;
}

void add_partons(const Pythia8::Event& event, Process process, std::vector<Parton>& out) {
  const auto parton = [](const Pythia8::Particle& found) {
    return Parton{found.id(), found.pT(), found.eta(), found.phi()};
  };
  if (process == Process::gluon || process == Process::quark) {
    for (int index = 0; index < event.size(); ++index) {
      if (event[index].statusAbs() == 23) out.push_back(parton(event[index]));
    }
  } else if (process == Process::top) {
    // The last copy of each top quark, followed by its W and b.
    for (int index = 0; index < event.size(); ++index) {
      if (event[index].idAbs() != 6 || event[index].iBotCopyId() != index) continue;
      out.push_back(parton(event[index]));
      for (const int daughter : event[index].daughterList()) out.push_back(parton(event[daughter]));
    }
  }
}

}  // namespace

PythiaSource::PythiaSource(Process process)
    : process_(process), pythia_(std::make_unique<Pythia8::Pythia>(JETVIT_PYTHIA_DATA, false)) {
  for (const std::string& line : settings(process)) {
    if (!pythia_->readString(line)) throw Error(text("Pythia 8 rejects the setting \"", line, "\""));
  }
  pythia_->readString("Random:setSeed = on");
  pythia_->readString("Random:seed = 1");  // only for init(), which samples cross sections
  if (process == Process::gluon || process == Process::quark) {
    pythia_->setUserHooksPtr(std::make_shared<EarlyVeto>(process == Process::quark));
  }
  if (!pythia_->init()) throw Error("Pythia 8 cannot start (its data files may be damaged: run scripts/setup again)");
}

PythiaSource::~PythiaSource() = default;

void PythiaSource::seed(std::uint64_t seed) {
  pythia_->rndm.init(1 + static_cast<int>(mix_words({seed}) % kLargestSeed));
}

Collision PythiaSource::next() {
  int failures = 0;
  while (!pythia_->next()) {
    throw_if_stopped();
    if (++failures > 100'000) throw Error("Pythia 8 fails on every collision");
  }
  Collision collision;
  const Pythia8::Event& event = pythia_->event;
  for (int index = 0; index < event.size(); ++index) {
    const Pythia8::Particle& found = event[index];
    if (!found.isFinal() || !found.isVisible() || std::abs(found.eta()) > kMaximumEta) continue;
    collision.particles.push_back({found.px(), found.py(), found.pz(), found.e(), found.xProd(), found.yProd(),
                                   found.zProd(), found.id(), static_cast<int>(std::lround(found.charge()))});
  }
  add_partons(event, process_, collision.partons);
  collision.pt_hat = pythia_->info.pTHat();
  return collision;
}

std::vector<std::vector<Particle>> make_pile_up(std::size_t count, std::uint64_t seed, int threads) {
  using Pool = std::vector<std::vector<Particle>>;
  const std::size_t blocks = (count + kPileUpBlock - 1) / kPileUpBlock;
  std::vector<std::unique_ptr<PythiaSource>> sources(static_cast<std::size_t>(threads));
  Progress progress("generate", "pile-up collisions", count);
  Pool pool;
  auto next = [block = std::size_t{0}, blocks]() mutable {
    return block < blocks ? std::optional(block++) : std::optional<std::size_t>();
  };
  const auto make = [&](std::size_t block, int thread) {
    auto& source = sources[static_cast<std::size_t>(thread)];
    if (!source) source = std::make_unique<PythiaSource>(Process::pile_up);
    source->seed(mix_words({seed, kPileUpKey, block}));
    Pool made(std::min(kPileUpBlock, count - block * kPileUpBlock));
    for (auto& particles : made) {
      throw_if_stopped();
      particles = source->next().particles;
    }
    return made;
  };
  const auto take = [&](Pool made) {
    progress.add(made.size());
    std::move(made.begin(), made.end(), std::back_inserter(pool));
    return true;
  };
  ordered_for(threads, 2 * sources.size(), next, make, take);
  return pool;
}

}  // namespace jetvit
