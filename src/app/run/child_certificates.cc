#include "app/run/child_certificates.h"

#include <filesystem>

#include "io/system/file.h"

namespace tomme::guard {

Result<ChildCertificates> ChildCertificates::write(const net::TrustSettings& users,
                                                   const std::string& own_pem, const std::string& folder,
                                                   Installer installer) {
  ChildCertificates written{folder + "/authorities.pem", "", ""};
  TRY(write_file(written.bundle, TRY(net::authorities_as_pem(users)) + own_pem));
  if (installer != Installer::pip) return written;
  written.folder = folder + "/authorities";
  written.own = folder + "/own.pem";
  TRY(write_file(written.own, own_pem));
  std::error_code error;
  std::filesystem::create_directory(written.folder,
                                    error);  // what it cannot be is said at the first file in it
  TRY(net::write_authorities_folder(users, own_pem, written.folder));
  return written;
}

}  // namespace tomme::guard
