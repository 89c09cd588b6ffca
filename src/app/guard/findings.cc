#include "app/guard/findings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "app/guard/errors.h"
#include "core/encoding/text.h"
#include "core/packaging/dist_filename.h"
#include "io/remote/simple_client.h"

namespace tomme::guard {
namespace {

constexpr std::string_view kSpace = " \t\v\f\r\n";

/// Indexes whose files are known to live on a host of another name.
struct Companion {
  std::string_view index_host;
  std::string_view file_host;
};
constexpr std::array<Companion, 3> kCompanions{{{"pypi.org", "files.pythonhosted.org"},
                                                {"test.pypi.org", "test-files.pythonhosted.org"},
                                                {"download.pytorch.org", "download-r2.pytorch.org"}}};

/// What `error` says; a dot at the end of the host has a sentence of its own, for DNS knows such names.
std::unexpected<Error> not_an_address(std::string_view authority, const std::string& where,
                                      const Error& error) {
  if (authority.starts_with("://")) authority.remove_prefix(3);
  const std::string_view host = authority.substr(0, authority.find_first_of(":/?#"));
  if (!host.ends_with('.')) return fail(kGuardSetting, where + ": " + error.message());
  return fail(kGuardSetting,
              where + ": the host " + printable(host) +
                  " ends in a dot, and certificates know hosts by their names without it",
              "leave the dot out");
}

/// Clients cut fragments and credentials off before they ask; what is left must be read by all alike.
Result<net::Url> parse_outside_url(std::string_view url, const std::string& where) {
  std::string bare(trim(url).substr(0, trim(url).find_first_of("?#")));
  if (const std::size_t start = bare.find("://"); start != std::string::npos) {
    const std::size_t end = std::min(bare.find('/', start + 3), bare.size());
    if (const std::size_t at = bare.rfind('@', end - 1); at != std::string::npos && at > start)
      bare.erase(start + 3, at - start - 2);
  }
  Result<net::Url> parsed = net::Url::parse(bare);
  if (!parsed && bare != shown_url(trim(url))) {
    return fail(kGuardSetting,
                where + ": an address has a user name or password that cannot stand there as it is",
                "escape each character of them that is no letter or digit, as in %40");
  }
  if (!parsed)
    return not_an_address(bare.substr(std::min(bare.find("://"), bare.size())), where, parsed.error());
  return parsed;
}

bool is_vcs(std::string_view text) {
  for (std::string_view kind : {"git", "hg", "svn", "bzr"}) {
    if (text.starts_with(kind) && text.substr(kind.size()).starts_with('+')) return true;
  }
  return text.starts_with("git://") || text.starts_with("ssh://") || text.starts_with("git@");
}

/// The part behind `@` of "name[extra] @ URL"; the whole text where there is none. "ruff@0.3" names a
/// version.
std::string_view target_of(std::string_view text) {
  std::size_t at = text.find('@');
  if (at == std::string_view::npos) return text;
  std::string_view head = trim(text.substr(0, at));
  head = trim(head.substr(0, head.find('[')));
  constexpr std::string_view kNameOctets =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  if (head.empty() || head.find_first_not_of(kNameOctets) != std::string_view::npos) return text;
  std::string_view rest = trim(text.substr(at + 1));
  // git@host:path is no name and URL.
  return head == "git" && !rest.contains("://") ? text : rest;
}

/// The project that a requirement names: before its `@`, in its archive's name or behind `#egg=`; empty where
/// nothing says.
std::string project_of(std::string_view text, std::string_view target) {
  if (target.size() != text.size()) return std::string(trim(text.substr(0, text.find_first_of("[@"))));
  if (std::size_t egg = target.find("egg="); egg != std::string_view::npos) {
    return std::string(target.substr(egg + 4, target.find_first_of("&[ ;", egg) - egg - 4));
  }
  std::string_view path = target.substr(0, target.find_first_of("?#; \t"));
  const Result<DistFilename> file = DistFilename::parse(path.substr(path.rfind('/') + 1));
  return file ? file->project().normalized() : "";
}

}  // namespace

std::string Origin::to_string() const {
  return std::string(net::name_of(scheme)) + "://" + authority.to_string();
}

std::string_view trim(std::string_view text) {
  std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (text = trim(text); !text.empty(); text = trim(text)) {
    std::size_t end = std::min(text.find_first_of(kSpace), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

bool is_http(std::string_view url) {
  std::string scheme = lowered(url.substr(0, 8));
  return scheme.starts_with("http://") || scheme.starts_with("https://");
}

std::string shown_url(std::string_view url) {
  constexpr std::string_view kScheme = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-";
  std::string_view text = url.substr(0, url.find_first_of("?#"));
  std::size_t start = text.find_first_not_of(kScheme);
  start = start != std::string_view::npos && text[start] == ':' ? start + 1 : 0;
  while (start > 0 && start < text.size() && (text[start] == '/' || text[start] == '\\')) ++start;
  const std::size_t end = std::min(text.find_first_of("/\\", start), text.size());
  const std::string_view authority = text.substr(start, end - start);
  std::size_t at = authority.rfind('@');
  // A password with a raw slash in it ends the authority too early: then it has a port that is none.
  const std::size_t colon = authority.rfind(':');
  const bool has_port = colon != std::string_view::npos && at == std::string_view::npos;
  if (has_port && authority.find_first_not_of("0123456789", colon + 1) != std::string_view::npos)
    at = text.substr(start).rfind('@');
  // git@host:path has no secret, and says how it is reached.
  if (at == std::string_view::npos || (start == 0 && !authority.substr(0, at).contains(':')))
    return std::string(text);
  return std::string(text.substr(0, start)) + std::string(text.substr(start + at + 1));
}

std::string path_of_file_url(std::string_view text) {
  if (lowered(text.substr(0, 5)) != "file:") return std::string(text);
  text.remove_prefix(5);
  if (text.starts_with("//")) text.remove_prefix(std::min(text.find('/', 2), text.size()));
  text = text.substr(0, text.find_first_of("?#"));
  std::string path;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    const char* digits = text.data() + i + 1;
    const bool escaped = text[i] == '%' && i + 2 < text.size() &&
                         std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2;
    path += escaped ? static_cast<char>(value) : text[i];
    if (escaped) i += 2;
  }
  return path;
}

std::unexpected<Error> refused_flag(std::string_view program, std::string_view flag, std::string_view why,
                                    std::string_view hint) {
  std::string text = std::string(program) + " " + std::string(flag) + ": " + std::string(why);
  return hint.empty() ? fail(kGuardFlag, std::move(text))
                      : fail(kGuardFlag, std::move(text), std::string(hint));
}

Findings::About::About(Findings& findings, std::string_view project)
    : findings_(findings), before_(findings.about_) {
  if (Result<ProjectName> name = ProjectName::parse(project)) findings_.about_ = *std::move(name);
}

bool Findings::is_required() const {
  if (proof_ == Proof::required) return true;
  return about_ ? expected_.contains(*about_) : !expected_.empty();
}

Result<net::Url> Findings::index_or_file(std::string_view url, const std::string& where) const {
  net::Url parsed = TRY(parse_outside_url(url, where));
  if (is_secure_origin(parsed)) return parsed;
  return fail(kGuardSetting,
              where + ": what comes from " + printable(parsed.authority.to_string()) +
                  " over plain http can be exchanged on the way, its list of attestations as well",
              "name it with https");
}

Result<void> Findings::index(std::string_view url, const std::string& where) {
  url = trim(url);
  if (url.empty()) return {};
  if (!is_http(url))
    return unproven("an index that is not on the network (" + printable(shown_url(url)) + ")", where);
  net::Url parsed = TRY(index_or_file(url, where));
  origins_.insert({parsed.scheme, parsed.authority});
  for (const Companion& known : kCompanions) {
    if (parsed.authority.host == known.index_host) {
      origins_.insert({net::Scheme::https, {std::string(known.file_host), 443}});
    }
  }
  indexes_.push_back({std::move(parsed), where});
  return {};
}

Result<void> Findings::locked_file(std::string_view url, const std::string& where) {
  if (!is_http(trim(url)))
    return unproven("a file that is not on the network (" + printable(shown_url(url)) + ")", where);
  net::Url parsed = TRY(index_or_file(url, where));
  origins_.insert({parsed.scheme, parsed.authority});
  return {};
}

Result<void> Findings::file_host(std::string_view authority, const std::string& where) {
  if (authority.contains('@')) {
    return fail(kGuardSetting, where + ": a host stands there with a user name or password",
                "name the host alone: HOST or HOST:PORT");
  }
  Result<net::Authority> parsed = net::Authority::parse(authority, 443);
  if (!parsed) return not_an_address(authority, where, parsed.error());
  origins_.insert({net::Scheme::https, *std::move(parsed)});
  return {};
}

void Findings::service(std::string_view url) {
  const Result<net::Url> parsed = net::Url::parse(shown_url(trim(url)));
  if (parsed && parsed->scheme == net::Scheme::https) services_.insert({parsed->scheme, parsed->authority});
}

std::optional<std::string> local_path_of(std::string_view requirement) {
  const std::string_view text = trim(requirement);
  const std::string_view target = target_of(text);
  if (is_vcs(target) || is_http(target)) return std::nullopt;
  const std::string_view path = trim(target.substr(0, target.find(';')));
  if (path.empty()) return std::nullopt;
  const bool is_path = path.contains("://") || path.starts_with("file:") || path.starts_with('.') ||
                       path.starts_with('~') || path.contains('/') || has_archive_name(path);
  return is_path ? std::optional(std::string(path)) : std::nullopt;
}

Result<void> Findings::requirement(std::string_view text, const std::string& where) {
  text = trim(text);
  std::string_view target = target_of(text);
  const About about(*this, project_of(text, target));
  if (is_vcs(target)) return unproven("a checkout (" + printable(shown_url(target)) + ")", where);
  if (is_http(target)) return direct_url(target, where);
  if (auto path = local_path_of(text))
    return unproven("a local path (" + printable(shown_url(*path)) + ")", where);
  return {};
}

Result<void> Findings::unproven(std::string_view what, const std::string& where, std::string_view hint) {
  std::string text = where + ": " + std::string(what) + " cannot carry proof";
  if (is_required()) {
    return hint.empty() ? fail(kGuardUnproven, std::move(text))
                        : fail(kGuardUnproven, std::move(text), std::string(hint));
  }
  note("not judged: " + where + ": " + std::string(what));
  return {};
}

Result<void> Findings::unchecked_tls(std::string_view host, const std::string& where) {
  const std::string what = "unchecked TLS" + (host.empty() ? "" : " with " + printable(shown_url(host)));
  if (proof_ == Proof::required) return unproven(what, where);
  note("not judged: " + where + ": " + what);
  return {};
}

Result<void> Findings::direct_url(std::string_view url, const std::string& where) {
  std::string what = "a direct URL (" + printable(shown_url(url)) + ")";
  if (proof_ == Proof::required) return unproven(what, where);
  net::Url parsed = TRY(parse_outside_url(url.substr(0, url.find_first_of(kSpace)), where));
  direct_.push_back(
      {Origin{parsed.scheme, parsed.authority}.to_string(), where + ": " + what, is_required()});
  return {};
}

void Findings::note(std::string text) {
  if (std::ranges::find(notes_, text) == notes_.end()) notes_.push_back(std::move(text));
}

Result<std::vector<std::string>> Findings::notes() const {
  std::vector<std::string> all = notes_;
  for (const Direct& direct : direct_) {
    auto same = [&](const Origin& origin) { return origin.to_string() == direct.host; };
    if (std::ranges::any_of(origins_, same)) continue;
    if (direct.required) return fail(kGuardUnproven, direct.text + " cannot carry proof");
    all.push_back("not judged: " + direct.text);
  }
  return all;
}

}  // namespace tomme::guard
