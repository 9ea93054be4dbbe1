# What a container engine does before it starts a process, for tests: mounts of its own, the user
# of the image, no rights. Run by `unshare --mount`, as root. Arguments: the folder with what is to
# be under /run, the user, folders that stay, folders that are hidden; then the command.
set -eu
run=$1 user=$2 keep=$3 hidden=$4
shift 4

# What stays is put aside, for it may lie in what is hidden.
aside=/mnt
mount -t tmpfs tmpfs "$aside"
number=0
for folder in $keep "$run"; do
    number=$((number + 1))
    mkdir "$aside/$number"
    mount --bind "$folder" "$aside/$number"
done

mount -t tmpfs -o mode=0755 tmpfs /run
cp -Rp "$aside/$number/." /run
for folder in $hidden; do mount -t tmpfs -o mode=0755 tmpfs "$folder"; done
mount -t tmpfs -o mode=1777 tmpfs /tmp
number=0
for folder in $keep; do
    number=$((number + 1))
    mkdir -p "$folder"
    mount --bind "$aside/$number" "$folder"
    mount -o remount,bind,ro "$folder"
done
umount --lazy "$aside"

mount -t tmpfs -o mode=0755 tmpfs /var/lib
mkdir /var/lib/khata
mount -t tmpfs -o "mode=0711,uid=$user,gid=$user" tmpfs /var/lib/khata
for folder in $hidden /run /var/lib /; do mount -o remount,bind,ro "$folder"; done

cd /var/lib/khata
exec setpriv --reuid="$user" --regid="$user" --clear-groups --no-new-privs \
    --bounding-set=-all --inh-caps=-all -- "$@"
