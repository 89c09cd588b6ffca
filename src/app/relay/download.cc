#include "app/relay/download.h"

#include <future>

#include "app/relay/encoded_file.h"
#include "app/relay/errors.h"
#include "core/encoding/text.h"
#include "core/packaging/dist_filename.h"
#include "core/packaging/errors.h"
#include "core/packaging/sdist_metadata.h"
#include "core/packaging/wheel_metadata.h"
#include "io/net/content_coding.h"
#include "io/net/errors.h"
#include "io/remote/errors.h"

namespace tomme::guard {

namespace {

FileOrigin origin_of(const std::optional<ListedFile>& listed) {
  if (!listed) return {.no_proof = NoProof::on_no_page};
  return {.indexes = listed->indexes};
}

Candidate candidate_of(DistFilename filename, const Url& url, const std::optional<ListedFile>& listed,
                       const DownloadContext& context) {
  Candidate candidate{std::move(filename), origin_of(listed)};
  candidate.address = url;
  if (listed) {
    candidate.provenance = listed->provenance;
    candidate.provenance_unusable = listed->provenance_unusable;
  }
  candidate.authorization = context.authorization_for;
  return candidate;
}

Result<void> expect_listed_digest(const std::optional<ListedFile>& listed, const StoredFile& file) {
  if (!listed) return {};
  for (const Sha256& digest : listed->digests) {
    if (digest == file.digest()) continue;
    return fail(kGuardHash, "the index lists " + printable(listed->filename) + " with sha256 " +
                                digest.to_hex().substr(0, 16) + "..., and what came has " +
                                file.digest().to_hex().substr(0, 16) + "...");
  }
  return {};
}

/// What a judged file says of itself.
struct Inside {
  std::shared_ptr<const Bytes> metadata = {};  ///< of a wheel; nothing where an odd wheel's cannot be told
  std::vector<std::string> notes = {};

  Result<void> check(const DistFilename& filename, const Bytes& text, const DependencyRules& rules) {
    for (std::string& note : TRY(check_dependencies(filename, text_of(text), rules)))
      notes.push_back(std::move(note));
    return {};
  }
};

/// `vouched`: somebody claims something about the file, so it must have one reading only.
Result<Inside> look_inside_wheel(const DistFilename& filename, BytesView bytes, bool vouched,
                                 const DependencyRules& rules) {
  Inside inside;
  Result<Bytes> metadata = metadata_of_wheel(bytes, filename);
  if (!metadata && metadata.error().is(kWheelAmbiguous) && !vouched && !rules.strict()) {
    inside.notes.push_back(metadata.error().message() +
                           ", so readers may unpack it differently; it passed because it has no attestation");
    metadata = metadata_of_odd_wheel(bytes, filename);
    if (!metadata && !metadata.error().is(kWheelName)) return inside;
  }
  inside.metadata = std::make_shared<const Bytes>(TRY(std::move(metadata)));
  TRY(inside.check(filename, *inside.metadata, rules));
  return inside;
}

/// Old source distributions say nothing, and some are odd: that is no reason to refuse one where nothing is
/// demanded. What one says before it is built may not be what it says when it is: see "What `run` cannot see"
/// in docs/threat-model.md.
Result<Inside> look_inside_sdist(const DistFilename& filename, BytesView bytes, bool vouched,
                                 const DependencyRules& rules) {
  Inside inside;
  const Result<std::vector<Bytes>> texts = metadata_of_sdist(bytes, filename);
  if (!texts) {
    const bool contradicts = texts.error().is(kSdistName) || texts.error().is(kSdistMetadata);
    if (rules.strict() || (vouched && contradicts)) return std::unexpected(texts.error());
    if (vouched || contradicts)
      inside.notes.push_back(texts.error().message() + "; it passed because nothing was demanded of it");
    return inside;
  }
  for (const Bytes& text : *texts) TRY(inside.check(filename, text, rules));
  if (texts->empty() && (vouched || rules.strict())) {
    inside.notes.push_back(printable(filename.as_written()) +
                           " has no PKG-INFO: what it depends on is known only when it is built");
  }
  return inside;
}

Result<Inside> look_inside(const DistFilename& filename, const StoredFile& file, bool vouched,
                           const DependencyRules& rules) {
  const MappedFile bytes = TRY(file.map());
  return filename.is_wheel() ? look_inside_wheel(filename, bytes.view(), vouched, rules)
                             : look_inside_sdist(filename, bytes.view(), vouched, rules);
}

}  // namespace

/// Writes the body to a nameless file and tells the waiting connections how far it is.
class Download::Receiver final : public net::BodySink {
 public:
  explicit Receiver(Download& download) : download_(download) {}

  Result<void> head(const net::ResponseHead& head) override {
    if (head.status != 200) {
      download_.other_answer_ = head;
      return fail(kGuardUpstream, "the server answered with status " + std::to_string(head.status));
    }
    download_.encoding_ = head.content_encoding();
    if (!download_.encoding_.empty() && !net::ContentDecoder::knows(download_.encoding_)) {
      return fail(kGuardEncoding, "the server sent the file encoded as " + printable(download_.encoding_));
    }
    auto incoming = TRY(download_.context_.store.begin());
    const std::lock_guard lock(download_.mutex_);
    download_.incoming_ = std::move(incoming);
    // What comes encoded is not what will be delivered: nobody may read it before its end.
    if (!download_.encoding_.empty()) return {};
    download_.state_.fd = download_.incoming_->fd();
    download_.state_.total = head.content_length();
    return {};
  }

  Result<void> body(BytesView bytes) override {
    TRY(download_.incoming_->append(bytes));
    if (!download_.encoding_.empty()) return {};
    const std::lock_guard lock(download_.mutex_);
    download_.state_.received = download_.incoming_->size();
    download_.changed_.notify_all();
    return {};
  }

 private:
  Download& download_;
};

Download::Download(const DownloadContext& context, Url url, std::string filename, net::Headers headers)
    : context_(context),
      url_(std::move(url)),
      filename_(std::move(filename)),
      headers_(std::move(headers)),
      thread_([this](std::stop_token stop) { run(std::move(stop)); }) {}

Download::~Download() = default;

Download::State Download::wait(std::uint64_t bytes, std::chrono::steady_clock::time_point until,
                               std::stop_token stop) const {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, std::move(stop), until, [&] { return state_.done || state_.received > bytes; });
  return state_;
}

Download::State Download::wait_done(std::stop_token stop) const {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, std::move(stop), [&] { return state_.done; });
  return state_;
}

bool Download::has_failed() const {
  const std::lock_guard lock(mutex_);
  return state_.done && !state_.refusal && !state_.file;
}

void Download::finish(std::function<void(State&)> change) {
  const std::lock_guard lock(mutex_);
  change(state_);
  state_.done = true;
  changed_.notify_all();
}

/// Records the verdict once, keeps what may pass, and lets the connections go on.
void Download::settle(Verdict verdict, std::shared_ptr<const StoredFile> file,
                      std::shared_ptr<const Bytes> metadata) {
  const std::optional<Error> refusal = verdict.refusal();
  std::optional<Sha256> digest;
  if (file) digest = file->digest();
  if (!refusal) context_.store.keep(*file);
  context_.report.judged({filename_, url_.shown(), digest, std::move(verdict), indexes_});
  finish([&](State& state) {
    state.refusal = refusal;
    if (refusal) return;
    state.file = std::move(file);
    state.metadata = std::move(metadata);
  });
}

Result<std::shared_ptr<const StoredFile>> Download::receive(const std::optional<ListedFile>& listed,
                                                            std::stop_token stop) {
  if (listed && listed->digests.size() == 1) {
    if (auto known = context_.store.find(listed->digests.front())) {
      received_ = known;
      const std::lock_guard lock(mutex_);
      state_.fd = known->fd();
      state_.total = state_.received = known->size();
      return known;
    }
  }
  Receiver receiver(*this);
  net::Request request{"GET", url_, headers_};
  TRY(fetch_following(context_.client, std::move(request), receiver, context_.may_visit,
                      {.body_bytes = context_.file_bytes}, stop));
  if (!incoming_) return fail(kGuardUpstream, "the server sent no file");
  received_ = std::move(*incoming_).finish();
  if (!encoding_.empty()) {
    const std::vector<Sha256> digests = listed ? listed->digests : std::vector<Sha256>();
    received_ =
        TRY(undo_encoding(context_.store, received_, encoding_, filename_, digests, context_.decoded_bytes));
  }
  return received_;
}

void Download::run(std::stop_token stop) {
  const Result<std::optional<ListedFile>> listed = context_.look_up(url_, filename_, stop);
  if (!listed) {
    // A server that wants to know who asks says so for the file too, and the installer can answer that.
    if (listed.error().is(kIndexUnavailable) || listed.error().is(kIndexDenied)) {
      (void)receive(std::nullopt, stop);
    }
    return give_up(listed.error(), stop);
  }
  if (*listed) indexes_ = (*listed)->indexes;
  if (*listed && (*listed)->digests.size() > 1) {
    return settle(
        context_.gate.refuse(Error(kGuardRival, printable(filename_) + " is listed with different digests")),
        nullptr);
  }
  const Result<DistFilename> distribution = DistFilename::parse(*listed ? (*listed)->filename : filename_);
  if (!distribution) return judge_unnamed(*listed, stop);

  // The proof is fetched while the file comes in.
  Candidate candidate = candidate_of(*distribution, url_, *listed, context_);
  candidate.origin.also_named = {filename_};
  auto proofs = std::async(std::launch::async, [&] { return context_.gate.find_proofs(candidate, stop); });
  const Result<std::shared_ptr<const StoredFile>> file = receive(*listed, stop);
  const Result<FoundProofs> found = proofs.get();
  // What is called off has no verdict: the proof that was on its way is not "unavailable".
  if (!file || stop.stop_requested()) return give_up(file ? Error(kGuardUpstream, "") : file.error(), stop);
  if (const Result<void> same = expect_listed_digest(*listed, **file); !same) {
    return settle(context_.gate.refuse(same.error()), *file);
  }
  Verdict verdict = context_.gate.judge(candidate, (*file)->digest(), found);
  if (verdict.refusal()) return settle(std::move(verdict), *file);
  auto inside = look_inside(*distribution, **file, verdict.attested(), context_.dependencies);
  if (!inside) return settle(context_.gate.refuse(std::move(inside).error()), *file);
  for (std::string& note : inside->notes) context_.report.note(std::move(note));
  settle(std::move(verdict), *file, std::move(inside->metadata));
}

/// A file in a format of the past: nothing can vouch for it.
void Download::judge_unnamed(const std::optional<ListedFile>& listed, std::stop_token stop) {
  if (listed && (listed->provenance_unusable || !listed->provenance.empty())) {
    return settle(context_.gate.refuse(Error(kProvenanceUnavailable,
                                             "the index lists an attestation for " + printable(filename_) +
                                                 ", and none can be for a file of this kind")),
                  nullptr);
  }
  const Result<std::shared_ptr<const StoredFile>> file = receive(listed, stop);
  if (!file) return give_up(file.error(), stop);
  if (const Result<void> same = expect_listed_digest(listed, **file); !same) {
    return settle(context_.gate.refuse(same.error()), *file);
  }
  settle(context_.gate.judge_unattestable(filename_, origin_of(listed)), *file);
}

void Download::give_up(const Error& error, const std::stop_token& stop) {
  const bool called_off = stop.stop_requested();
  if (error.outcome() == Outcome::refused && !called_off) {
    return settle(context_.gate.refuse(error), nullptr);
  }
  // A status of the server's own ("404") is between it and the installer.
  if (!other_answer_ && !called_off) context_.report.failed(filename_, error);
  finish([&](State& state) {
    state.other_answer = std::move(other_answer_);
    if (!state.other_answer) state.failure = error;
  });
}

}  // namespace tomme::guard
