# Build a JefeLinux ISO on Windows, in a container of Docker Desktop or Podman: live-iso\build.ps1 [option of build.sh]...
# The last commit is built, not what was changed since: it is cloned inside, so that line ends and modes are those of the repository.
# Caches stay in the volume jefelinux-work; what is made lands in the current folder unless --output says otherwise.
$ErrorActionPreference = 'Stop'

$engine = @('docker', 'podman') | Where-Object { Get-Command $_ -ErrorAction SilentlyContinue } | Select-Object -First 1
if (-not $engine) {
    [Console]::Error.WriteLine('build.ps1: neither docker nor podman is installed')
    exit 2
}

# Options of build.sh with the name of a file: of one that is read, of one that is written.
$reads = '--key', '--keyring', '--answers', '--locked'
$writes = '--output', '--lock'

$source = (Resolve-Path (Join-Path $PSScriptRoot '..')).Path
$mounts = @('-v', "${source}:/source:ro", '-v', 'jefelinux-work:/work')
$words = @('--work', '/work')
$number = 0

# A folder of this machine, as it is called inside.
function Add-Folder([string]$folder, [string]$mode) {
    $script:number++
    $script:mounts += @('-v', "${folder}:/files/$($script:number)$mode")
    return "/files/$($script:number)"
}

$rest = @($args)
# What each target makes, as build.sh calls it, without version and machine.
$names = @{
    'iso' = 'jefelinux.iso'
    'netboot' = 'jefelinux-netboot'
    'oci' = 'jefelinux-oci'
    'disk' = 'jefelinux.qcow2'
    'rootfs' = 'jefelinux-rootfs.tar.zst'
}
$at = [array]::IndexOf($rest, '--target')
if ($at -ge 0 -and $at + 1 -lt $rest.Count -and $names.ContainsKey([string]$rest[$at + 1]) -and $rest -notcontains '--output') {
    $rest += @('--output', $names[[string]$rest[$at + 1]])
}
for ($i = 0; $i -lt $rest.Count; $i++) {
    $word = [string]$rest[$i]
    $words += $word
    if ($word -eq '--work' -or ($word -eq '--mirror' -and "$($rest[$i + 1])".StartsWith('file:'))) {
        [Console]::Error.WriteLine("build.ps1: $word $($rest[$i + 1]): the container has a volume for its files, and mirrors are http(s)")
        exit 2
    }
    if ($i + 1 -lt $rest.Count -and ($reads -contains $word -or $word -eq 'verify')) {
        $file = Get-Item -LiteralPath $rest[++$i]
        $words += "$(Add-Folder $file.DirectoryName ':ro')/$($file.Name)"
    }
    elseif ($i + 1 -lt $rest.Count -and $writes -contains $word) {
        $path = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath([string]$rest[++$i])
        $words += "$(Add-Folder (Split-Path -Parent $path) '')/$(Split-Path -Leaf $path)"
    }
}
# A command comes first: build.sh verify ISO.
if ($words[2] -eq 'verify') {
    $words = @($words[2], $words[3]) + @($words[0], $words[1]) + @($words | Select-Object -Skip 4)
}

& $engine build -q -t jefelinux-builder -f "$PSScriptRoot/Dockerfile.builder" $PSScriptRoot
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }

$script = 'rm -rf /work/source && git -c safe.directory="*" clone -q --no-hardlinks /source /work/source && exec /work/source/live-iso/build.sh "$@"'
& $engine run --rm --privileged @mounts jefelinux-builder /bin/sh -c $script build.sh @words
exit $LASTEXITCODE
