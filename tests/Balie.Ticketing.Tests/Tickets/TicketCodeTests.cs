using System.Buffers.Text;
using System.Security.Cryptography;
using Balie.Ticketing.Tickets;

namespace Balie.Ticketing.Tests.Tickets;

/// <summary>The vectors of docs/ticket-codes.md, which OpenSSL and Python made, and everything that is almost one.</summary>
public sealed class TicketCodeTests
{
    private const string Code =
        "BT1-AAAQDE33L2GEU7I6T4VDWTC5NZ7YAAABRINSYPKOL5QHCSS4OC4Z5JN32BIF3VCLQN5HOEJH3L3IXBUFXMDRAGWKEUNHOSJDHEVSUSTYGRXYSUTWAH5NN6GNE67Z"
            + "HWHZHHK5J5EBHERXG6F4Z5PA";

    private const string Rotating = "BR1-AGJXWXUMJJ6R5HZKHNGF23T7QAAAEA4K3AYBBIJMYDN4FVZKRQU4WLMMOE4OG";

    private static readonly Guid Ticket = Guid.Parse("01937b5e-8c4a-7d1e-9f2a-3b4c5d6e7f80");
    private static readonly byte[] Secret = [.. Enumerable.Range(0, 20).Select(i => (byte)i)];
    private static readonly DateTimeOffset Evening = new(2026, 7, 1, 18, 0, 0, TimeSpan.Zero);
    private static readonly Guid Slot = Guid.CreateVersion7();

    [Fact]
    public void The_published_code_says_what_it_should_and_its_signature_holds()
    {
        using var key = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint
            {
                X = Base64Url.DecodeFromChars("xNItgkhYfVS07LXrZOk4Kgs_Uyzu6CqcSApu73ycUNU"),
                Y = Base64Url.DecodeFromChars("Rg8DsspBIGi83JpiQvEB-UVfPqOfGSfXKHDAnsGS51k"),
            },
        });

        var claim = TicketCode.Read(Code) ?? throw new InvalidOperationException("Not read.");

        Assert.Equal(new TicketClaim(1, Ticket, 1, 0x8a1b2c3d4e5f6071), claim);
        Assert.Equal("4254312d000101937b5e8c4a7d1e9f2a3b4c5d6e7f8000018a1b2c3d4e5f6071",
            Convert.ToHexStringLower(TicketCode.Signed(claim)));
        Assert.True(key.VerifyData(TicketCode.Signed(claim), Base32.Read(Code.AsSpan(4), 92).AsSpan(28), HashAlgorithmName.SHA256,
            DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
    }

    [Fact]
    public void A_code_is_good_under_its_key_and_no_other()
    {
        var (key, other) = (TicketKey.Make(7, Evening), TicketKey.Make(7, Evening));
        var code = TicketCode.Sign(Ticket, 3, Slot, key);

        Assert.Equal(TicketCode.Length, code.Length);
        Assert.True(TicketCode.Verify(code, key));
        Assert.True(TicketCode.Verify(code, TicketKey.Read(7, key.ToPkcs8(), Evening)));
        Assert.False(TicketCode.Verify(code, other));
        Assert.False(TicketCode.Verify(code, TicketKey.Read(8, key.ToPkcs8(), Evening)));
        Assert.True(TicketCode.Read(code)?.IsFor(Slot));
        Assert.False(TicketCode.Read(code)?.IsFor(Guid.CreateVersion7()));
    }

    [Fact]
    public void No_character_of_a_code_can_be_another()
    {
        var key = TicketKey.Make(1, Evening);
        var code = TicketCode.Sign(Ticket, 1, Slot, key);
        for (var i = 0; i < code.Length; i++)
        {
            var tampered = code.ToCharArray();
            tampered[i] = tampered[i] == 'A' ? 'B' : 'A';
            Assert.False(TicketCode.Verify(new string(tampered), key), $"Character {i} may be another.");
        }
    }

    [Fact]
    public void One_code_has_one_spelling()
    {
        var key = TicketKey.Make(1, Evening);
        var code = TicketCode.Sign(Ticket, 1, Slot, key);
        // The last character holds four spare bits.
        var spare = code[..^1] + (char)(code[^1] == 'A' ? 'B' : 'R');
        string[] others = [code.ToLowerInvariant(), code + "A", code[..^1], " " + code[1..], code.Replace('A', '1'), "", spare];
        foreach (var other in others) Assert.False(TicketCode.Verify(other, key), other);
    }

    [Fact]
    public void The_published_rotating_code_is_ours_to_the_letter()
    {
        var claim = new RotatingCode.Claim(Ticket, 2, RotatingCode.StepAt(Evening));

        Assert.Equal(Rotating, RotatingCode.Write(claim, Secret));
        Assert.Equal(claim, RotatingCode.Read(Rotating));
        Assert.Null(TicketCode.Read(Rotating));
        Assert.Null(RotatingCode.Read(Code));
    }

    [Theory]
    [InlineData(-31, false)]
    [InlineData(-30, true)]
    [InlineData(0, true)]
    [InlineData(59, true)]
    [InlineData(60, false)]
    public void A_rotating_code_is_good_for_its_half_minute_and_its_neighbours(int seconds, bool good) =>
        Assert.Equal(good, RotatingCode.Verify(Rotating, Secret, Evening + TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void A_rotating_code_of_another_secret_is_none()
    {
        var tampered = Rotating[..^1] + (Rotating[^1] == 'A' ? 'B' : 'A');

        Assert.False(RotatingCode.Verify(Rotating, [.. Secret.Reverse()], Evening));
        Assert.False(RotatingCode.Verify(tampered, Secret, Evening));
    }
}
