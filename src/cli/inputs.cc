#include "cli/inputs.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <iterator>
#include <set>

#include "app/proofs/file_artifact.h"
#include "app/proofs/local_proofs.h"
#include "cli/environment.h"
#include "cli/errors.h"
#include "cli/verbs.h"
#include "core/encoding/text.h"
#include "core/policy/errors.h"
#include "core/sigstore/errors.h"
#include "io/remote/errors.h"
#include "io/remote/rekor_client.h"
#include "io/remote/simple_client.h"
#include "io/system/file.h"

namespace tomme::cli {

namespace {

constexpr std::size_t kSmallFileBytes = 1024 * 1024;

/// A proof that was named on the command line, or lies beside the file.
Result<ProofChoice> load_proof(Proof::Kind kind, const std::string& path, const Limits& limits) {
  TRY(expect_there(path));
  const std::string text = TRY(read_file(path, limits.bundle.bytes));
  ProofChoice choice;
  if (kind != Proof::Kind::bundle) {
    choice.push_back(TRY(Proof::parse(kind, path, text, limits.provenance)));
    return choice;
  }
  std::vector<Bundle> bundles = TRY(in(printable(path), Bundle::parse_all(text, limits.bundle)));
  for (Bundle& bundle : bundles) {
    std::string source = path;
    if (bundles.size() > 1) {
      source = "bundle " + std::to_string(choice.size() + 1) + " of " + std::to_string(bundles.size()) +
               " in " + path;
    }
    choice.push_back(Proof{std::move(source), std::move(bundle)});
  }
  return choice;
}

std::string_view folder_of(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? "" : path.substr(0, slash + 1);
}

std::string_view name_of(std::string_view path) {
  return path.substr(folder_of(path).size());
}

/// Whether `path` is named as a proof of the file `of`.
bool is_proof_of(std::string_view path, std::string_view of) {
  return folder_of(path) == folder_of(of) && kind_of_proof(name_of(path), name_of(of)).has_value();
}

/// The file that `path` is named as a proof of, where `is_there` knows it.
std::optional<std::string> proven_file(const std::string& path,
                                       const std::function<bool(const std::string&)>& is_there) {
  const std::size_t start = folder_of(path).size();
  for (auto dot = path.rfind('.'); dot != std::string::npos && dot > start; dot = path.rfind('.', dot - 1)) {
    std::string file = path.substr(0, dot);
    if (is_proof_of(path, file) && is_there(file)) return file;
  }
  return std::nullopt;
}

/// All that lie beside the file, as `run --attestations` finds them: each has to hold.
Result<std::vector<ProofChoice>> find_beside(const std::string& path, const Limits& limits) {
  std::vector<ProofChoice> found;
  for (const LocalProof& proof : list_local_proofs(std::string(folder_of(path)), name_of(path)))
    found.push_back(TRY(load_proof(proof.kind, proof.path, limits)));
  if (!found.empty()) return found;
  if (const auto file = proven_file(path, &exists)) {
    return fail(kUsageNoProof, "it is a proof itself, of " + printable(*file),
                "verify the file that it is for: tomme verify " + printable(*file));
  }
  return fail(kUsageNoProof, "no attestation was named for it, and there is none beside it");
}

/// The log of the trust root in use.
Result<std::string> rekor_of(const TrustOptions& trust, Time now) {
  const bool named = !trust.trusted_root.empty() || !trust.mirror.empty();
  if (!named) return std::string(trust.staging ? kStagingRekor : kPublicRekor);
  const TrustOptions kept{.trusted_root = trust.trusted_root, .mirror = trust.mirror};
  const auto root = TRY(load_root(kept, Network::unused, now));
  if (root->logs.empty()) {
    return fail(kUsage,
                printable(trust.trusted_root + trust.mirror) + " names no log to look the entry up in",
                "give --entry FILE");
  }
  return root->logs.front().base_url;
}

Result<Proof> load_detached(const VerifyCommand& command, const Limits& limits, Artifact& artifact,
                            Time now) {
  for (const std::string* path : {&command.signature, &command.certificate, &command.entry})
    if (!path->empty()) TRY(expect_there(*path));
  const std::string signature = TRY(read_file(command.signature, kSmallFileBytes));
  const std::string certificate = TRY(read_file(command.certificate, kSmallFileBytes));
  std::optional<LogEntry> entry;
  if (!command.entry.empty()) {
    const std::string text = TRY(read_file(command.entry, limits.bundle.bytes));
    const json::Value value = TRY(in(printable(command.entry), json::parse(text)));
    const bool rekor_v1 = value.object() && !value.object()->find("canonicalizedBody");
    entry = rekor_v1 ? TRY(LogEntry::parse_rekor_v1(value))
                     : TRY(LogEntry::parse(value, LogEntry::UnknownMembers::refused));
  } else if (command.online) {
    Bundle unlogged = TRY(Bundle::from_detached(bytes_of(signature), certificate, std::nullopt));
    net::HttpClient client(TRY(network_options()));
    entry = TRY(find_log_entry(client, unlogged, TRY(artifact.digest(HashAlgorithm::sha256)),
                               TRY(rekor_of(command.trust, now))));
  }
  Bundle bundle = TRY(Bundle::from_detached(bytes_of(signature), certificate, std::move(entry)));
  return Proof{command.signature, std::move(bundle)};
}

constexpr std::string_view kDigest = "sha256:";

/// Whether a file of that name is there changes nothing: it could be put there.
bool is_digest(std::string_view input) {
  return input.starts_with(kDigest);
}

Result<std::shared_ptr<Artifact>> open_artifact(const std::string& input) {
  if (is_digest(input)) {
    const Result<Sha256> digest = Sha256::parse_hex(input.substr(kDigest.size()));
    if (!digest)
      return fail(
          kUsage, digest.error().message(),
          "write sha256: and 64 digits, a-f in lower case; a file of that name is ./" + printable(input));
    return std::make_shared<DigestArtifact>(Digest(*digest));
  }
  if (input != "-") TRY(expect_there(input));
  return std::make_shared<FileArtifact>(TRY(FileArtifact::open(input)));
}

/// What the file was called when it was signed; nothing where the input is no file that has a name.
std::optional<std::string> filename_of(const std::string& input, const std::string& given) {
  if (!given.empty()) return given;
  return input == "-" || is_digest(input) ? std::nullopt : std::optional(std::string(name_of(input)));
}

std::vector<LocalProof> named_proofs(const VerifyCommand& command) {
  std::vector<LocalProof> named;
  for (const std::string& path : command.bundles) named.push_back({Proof::Kind::bundle, path});
  for (const std::string& path : command.attestations) named.push_back({Proof::Kind::attestation, path});
  for (const std::string& path : command.provenances) named.push_back({Proof::Kind::provenance, path});
  return named;
}

/// One proof speaks for every file; several for the only file; or each for its file, in order.
std::vector<LocalProof> proofs_for(std::size_t input, std::size_t inputs,
                                   const std::vector<LocalProof>& named) {
  if (named.size() == inputs && inputs > 1) return {named[input]};
  return named;
}

/// What was named without the proofs of others: "dist/*" has both.
std::vector<std::string> without_proofs(const std::vector<std::string>& inputs) {
  const std::set<std::string_view> named(inputs.begin(), inputs.end());
  std::vector<std::string> files;
  std::ranges::copy_if(inputs, std::back_inserter(files), [&](const std::string& input) {
    return !proven_file(input, [&](const std::string& file) { return named.contains(file); });
  });
  return files;
}

/// That the named proofs can be paired with the inputs at all.
Result<void> expect_pairs(const VerifyCommand& command, std::size_t inputs, std::size_t proofs) {
  if (!command.signature.empty() && inputs > 1) {
    return fail(kUsage, "one --signature cannot be for " + std::to_string(inputs) + " files",
                "verify them one by one");
  }
  if (!command.name.empty() && (inputs > 1 || command.inputs.front().starts_with("pypi:"))) {
    return fail(kUsage, "one --name cannot be for several files", "verify them one by one");
  }
  if (proofs > 1 && inputs > 1 && proofs != inputs) {
    return fail(kUsage,
                std::to_string(proofs) + " proofs were named for " + std::to_string(inputs) + " files",
                "name one proof for all files, or one for each in the same order");
  }
  const auto from_index = std::ranges::find_if(
      command.inputs, [](const std::string& input) { return input.starts_with("pypi:"); });
  if (from_index != command.inputs.end() && (proofs > 0 || !command.signature.empty())) {
    return fail(kUsage, printable(*from_index) + " brings its proofs from the index, and others were named",
                "download the file to verify it with a proof of your own");
  }
  return {};
}

Result<Subject> make_subject(const VerifyCommand& command, const Limits& limits, const std::string& input,
                             const std::vector<LocalProof>& named, Time now) {
  std::shared_ptr<Artifact> artifact = TRY(open_artifact(input));
  Subject subject{input, filename_of(input, command.name), std::move(artifact), {}};
  if (!command.signature.empty()) {
    subject.proofs.push_back({TRY(load_detached(command, limits, *subject.artifact, now))});
  }
  for (const LocalProof& proof : named)
    subject.proofs.push_back(TRY(load_proof(proof.kind, proof.path, limits)));
  if (subject.proofs.empty()) {
    if (!filename_of(input, "")) return fail(kUsageNoProof, "no attestation was named for it");
    subject.proofs = TRY(find_beside(input, limits));
  }
  return subject;
}

Result<Url> parse_index(const std::string& index) {
  Result<Url> url = Url::parse(index);
  if (url && is_secure_origin(*url)) return url;
  return fail(kUsage, "--index " + shown_address(index) + " is not an address that can be trusted",
              "write https://HOST/simple/; http is for this machine alone");
}

struct Release {
  ProjectName project;
  Version version;
};

Result<Release> parse_release(std::string_view text) {
  const auto equals = text.find("==");
  if (equals == std::string_view::npos) {
    return fail(kUsage, "no version is named", "write pypi:NAME==VERSION");
  }
  return Release{TRY(ProjectName::parse(text.substr(0, equals))),
                 TRY(Version::parse(text.substr(equals + 2)))};
}

/// What tomme cannot read the name of may be a file of the release all the same.
std::unexpected<Error> not_looked_at(const Error& why) {
  return fail(kIndexUnreadName, "not looked at: " + why.message());
}

Result<Subject> fetch_subject(net::HttpClient& client, const FetchedPage& fetched, const IndexFile& file,
                              std::string filename) {
  if (!file.sha256) return fail(kIndexUnavailable, "the index lists it without a sha256");
  Subject subject{
      file.filename, std::move(filename), std::make_shared<DigestArtifact>(Digest(*file.sha256)), {}};
  if (!file.provenance) {
    return fail(kPolicyUnattested, "the index has no attestation for it",
                "the project made none, or the index leaves them out as many mirrors do");
  }
  const Url address = TRY(fetched.url.resolve(*file.provenance)).address();
  const std::string text = TRY(fetch_provenance(client, address, "", &is_secure_origin));
  subject.proofs.push_back({TRY(Proof::parse(Proof::Kind::provenance, address.shown(), text))});
  return subject;
}

}  // namespace

Result<void> expect_there(const std::string& path) {
  if (exists(path) || (errno != ENOENT && errno != ENOTDIR)) return {};
  return fail(kUsageNoFile, "there is no file " + printable(path));
}

Result<Limits> parse_limits(const LimitOptions& options) {
  Limits limits;
  const std::array<std::pair<std::string_view, std::size_t*>, 9> names = {{
      {"bundle-bytes", &limits.bundle.bytes},
      {"entries", &limits.bundle.entries},
      {"timestamps", &limits.bundle.timestamps},
      {"certificates", &limits.bundle.certificates},
      {"note-signatures", &limits.note.signatures},
      {"subjects", &limits.statement.subjects},
      {"digests", &limits.statement.digests},
      {"bundles", &limits.provenance.bundles},
      {"attestations", &limits.provenance.attestations},
  }};
  for (const std::string& option : options) {
    const auto equals = option.find('=');
    const auto* name = std::ranges::find(names, std::string_view(option).substr(0, equals),
                                         &std::pair<std::string_view, std::size_t*>::first);
    std::size_t value = 0;
    const char* first = option.data() + (equals == std::string::npos ? option.size() : equals + 1);
    const auto [end, error] = std::from_chars(first, option.data() + option.size(), value);
    if (name == names.end() || error != std::errc() || end != option.data() + option.size()) {
      return fail(
          kUsage,
          "--limit " + printable(option) + " is not NAME=N with a name that tomme verify --help lists",
          "tomme verify --help");
    }
    *name->second = value;
  }
  limits.provenance.entries = limits.bundle.entries;
  limits.provenance.timestamps = limits.bundle.timestamps;
  return limits;
}

Result<void> for_each_subject(const VerifyCommand& command, const Limits& limits, Time now,
                              const std::function<void(NamedSubject)>& take) {
  const std::vector<LocalProof> named = named_proofs(command);
  const std::vector<std::string> inputs = without_proofs(command.inputs);
  TRY(expect_pairs(command, inputs.size(), named.size()));
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::string& input = inputs[i];
    if (!input.starts_with("pypi:")) {
      take({input, make_subject(command, limits, input, proofs_for(i, inputs.size(), named), now)});
      continue;
    }
    Result<std::vector<NamedSubject>> release = fetch_release(input, command.index);
    if (!release) {
      take({input, std::unexpected(std::move(release).error())});
      continue;
    }
    for (NamedSubject& file : *release) take(std::move(file));
  }
  return {};
}

Result<std::vector<NamedSubject>> fetch_release(std::string_view input, const std::string& typed_index) {
  const Release release = TRY(parse_release(input.substr(std::string_view("pypi:").size())));
  const AddressWithLogin place = address_with_login(typed_index);
  const std::string& index = place.address;
  const Url address = TRY(parse_index(index));
  net::HttpClient client(TRY(network_options({place})));
  const FetchedPage fetched =
      TRY(fetch_project_page(client, address, release.project, "", &is_secure_origin));
  std::vector<NamedSubject> subjects;
  for (const IndexFile& file : fetched.page.files) {
    Result<DistFilename> name = DistFilename::parse_for(release.project, file.filename);
    if (name ? name->version() != release.version
             : !may_be_of_release(release.project, release.version, file.filename))
      continue;
    subjects.push_back({file.filename, name ? fetch_subject(client, fetched, file, name->as_written())
                                            : Result<Subject>(not_looked_at(name.error()))});
  }
  if (subjects.empty()) {
    return fail(kIndexNoProject, "the index " + address.shown() + " has no file of " +
                                     release.project.normalized() + " " + release.version.to_string());
  }
  return subjects;
}

}  // namespace tomme::cli
