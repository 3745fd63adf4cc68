using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;

namespace Balie.Ticketing.CheckIn;

/// <summary>
/// Knows devices by their key, from memory, until a signal says that one changed. A revoked one is still recognised, so that it can be
/// told so, but may do nothing; and the transaction that lets somebody in asks the database once more.
/// </summary>
internal sealed class DeviceBook : IOwnCredentials
{
    public const string Channel = "ticketing_devices";
    public const string KeyPrefix = "balie_device_";

    private const int RandomBytes = 32;
    private const int LongestKey = 100;
    private const int MostEntries = 10_000;

    private readonly ConcurrentDictionary<(Guid OrgId, string Hash), Device> _byKey = new();
    private readonly ConcurrentDictionary<Guid, Device> _byId = new();
    private readonly SystemDb _db;
    private readonly Signals _signals;
    private int _forgotten;

    public DeviceBook(SystemDb db, Signals signals)
    {
        (_db, _signals) = (db, signals);
        signals.On(Channel, _ => Forget(), Forget);
    }

    public string Prefix => KeyPrefix;

    public static string MakeKey() => KeyPrefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));

    // 256 random bits need no slow hash.
    public static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    public static string Hint(string key) => key[..(KeyPrefix.Length + 6)];

    public async ValueTask<Caller?> Recognise(string credential, Guid orgId, CancellationToken ct)
    {
        if (credential.Length > LongestKey) return null;
        var hash = Hash(credential);
        var key = (orgId, Convert.ToHexString(hash));
        if (!_signals.Listening || !_byKey.TryGetValue(key, out var device))
        {
            var forgotten = Volatile.Read(ref _forgotten);
            if (await _db.As(orgId).One<Device.Row>(SelectByKey, new { hash }, ct) is not { } row) return null;
            device = row.Device;
            Keep(forgotten, () => _byKey[key] = _byId[device.Id] = device);
        }
        return new Caller(orgId, CallerKind.Device, device.Id, Permissions(device));
    }

    /// <summary>The device behind a caller that was recognised as one.</summary>
    public async ValueTask<Device> Find(Caller caller, CancellationToken ct)
    {
        if (_signals.Listening && _byId.TryGetValue(caller.Identity, out var known)) return known;
        var forgotten = Volatile.Read(ref _forgotten);
        var row = await _db.As(caller.OrgId).One<Device.Row>(SelectById, new { caller.Identity }, ct)
            ?? throw new InvalidOperationException("Devices are never deleted.");
        Keep(forgotten, () => _byId[row.Id] = row.Device);
        return row.Device;
    }

    /// <summary>For whoever changed one: this process hears the signal too, but its next request may be faster.</summary>
    public void Forget()
    {
        Interlocked.Increment(ref _forgotten);
        _byKey.Clear();
        _byId.Clear();
    }

    // What was read before somebody said "changed" may be what it was before the change.
    private void Keep(int forgotten, Action keep)
    {
        if (_byKey.Count >= MostEntries || _byId.Count >= MostEntries) Forget();
        else if (forgotten == Volatile.Read(ref _forgotten)) keep();
    }

    private static FrozenSet<Permission> Permissions(Device device) => device switch
    {
        { RevokedAt: not null } => [],
        { MayForce: true } => [Permission.CheckIn, Permission.CheckInForce],
        _ => [Permission.CheckIn],
    };

    private const string SelectByKey = $"select {Device.Columns} from ticketing.devices where org_id = @orgId and key_hash = @hash";

    private const string SelectById = $"select {Device.Columns} from ticketing.devices where org_id = @orgId and device_id = @identity";
}
