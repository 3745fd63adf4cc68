using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;

namespace Balie.Kernel.Tests.Security;

/// <summary>Secrets at rest.</summary>
public sealed class SealTests
{
    private const string Secret = "live_0123456789";

    private static Seal With(string? key = null, string? folder = null) => new(new ConfigurationBuilder().AddInMemoryCollection(
        new Dictionary<string, string?> { ["Balie:SealKey"] = key, ["Balie:Data"] = folder }).Build());

    private static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    private static byte[] Close(Seal seal, string purpose = "account:1") => seal.Close(purpose, Encoding.UTF8.GetBytes(Secret));

    private static string Open(Seal seal, byte[] closed, string purpose = "account:1") =>
        Encoding.UTF8.GetString(seal.Open(purpose, closed));

    [Fact]
    public void What_was_sealed_opens_and_looks_different_each_time()
    {
        var seal = With(NewKey());

        var (first, second) = (Close(seal), Close(seal));

        Assert.Equal(Secret, Open(seal, first));
        Assert.NotEqual(first, second);
        Assert.DoesNotContain(Secret, Encoding.Latin1.GetString(first), StringComparison.Ordinal);
    }

    [Fact]
    public void It_opens_for_its_own_purpose_alone_and_not_once_a_bit_has_changed()
    {
        var seal = With(NewKey());
        var closed = Close(seal);
        var changed = (byte[])[.. closed[..^1], (byte)(closed[^1] ^ 1)];

        Assert.ThrowsAny<CryptographicException>(() => Open(seal, closed, "account:2"));
        Assert.ThrowsAny<CryptographicException>(() => Open(seal, changed));
        Assert.ThrowsAny<CryptographicException>(() => Open(seal, [1, 2, 3]));
    }

    [Fact]
    public void A_signature_is_of_its_words_by_this_installation_and_the_same_each_time()
    {
        var (seal, other) = (With(NewKey()), With(NewKey()));
        var signature = seal.Sign("link:1");

        Assert.Equal(signature, seal.Sign("link:1"));
        Assert.True(seal.IsSigned("link:1", signature));
        foreach (var wrong in (string?[])[null, "", signature[..^1], $"{signature}A", other.Sign("link:1"), seal.Sign("link:2")])
            Assert.False(seal.IsSigned("link:1", wrong));
    }

    [Fact]
    public void A_signature_with_an_end_holds_until_then_and_its_end_cannot_be_moved()
    {
        var (seal, now) = (With(NewKey()), new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero));
        var signature = seal.SignUntil(now.AddMinutes(15), "pass:1");
        var later = $"{now.AddHours(2).ToUnixTimeSeconds()}.{signature.Split('.')[1]}";

        Assert.True(seal.IsSignedStill(now.AddMinutes(14), "pass:1", signature));
        Assert.False(seal.IsSignedStill(now.AddMinutes(15), "pass:1", signature));
        foreach (var wrong in (string?[])[null, "", ".", "1.2.3", later, $"-{signature}", seal.SignUntil(now.AddHours(1), "pass:2")])
            Assert.False(seal.IsSignedStill(now, "pass:1", wrong));
    }

    [Fact]
    public void After_a_rotation_links_of_before_still_hold()
    {
        var (old, fresh) = (NewKey(), NewKey());
        var before = With(old).Sign("link:1");

        Assert.True(With($"{fresh} {old}").IsSigned("link:1", before));
        Assert.False(With(fresh).IsSigned("link:1", before));
    }

    [Fact]
    public void A_new_key_before_the_old_one_seals_while_both_open()
    {
        var (old, fresh) = (NewKey(), NewKey());
        var before = Close(With(old));

        var rotating = With($"{fresh} {old}");

        Assert.Equal(Secret, Open(rotating, before));
        Assert.Equal(Secret, Open(With(fresh), Close(rotating)));
        Assert.ThrowsAny<CryptographicException>(() => Open(With(fresh), before));
    }

    [Fact]
    public async Task The_first_use_makes_a_key_in_the_data_folder_that_only_its_owner_reads()
    {
        using var folder = new TempFolder();

        await CloseAtOnce(folder);

        var file = Path.Combine(folder.Path, "seal.key");
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(["seal.key"], Directory.GetFiles(folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task However_many_make_it_at_once_there_is_one_key()
    {
        for (var round = 0; round < 200; round++)
        {
            using var folder = new TempFolder();
            await CloseAtOnce(folder);
        }
    }

    private static async Task CloseAtOnce(TempFolder folder)
    {
        using var start = new ManualResetEventSlim();
        var closing = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            start.Wait();
            return Close(With(folder: folder.Path));
        })).ToArray();
        start.Set();

        foreach (var closed in await Task.WhenAll(closing)) Assert.Equal(Secret, Open(With(folder: folder.Path), closed));
    }

    [Fact]
    public void A_key_that_is_none_is_said_in_words()
    {
        var wrong = Assert.Throws<InvalidOperationException>(() => Close(With("short")));
        var none = Assert.Throws<InvalidOperationException>(() => Close(With()));

        Assert.Contains("openssl rand", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("Balie:SealKey", none.Message, StringComparison.Ordinal);
    }
}
