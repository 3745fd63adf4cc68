using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Balie.Ticketing.Wallets;
using Microsoft.Extensions.Configuration;

namespace Balie.Tests.Tickets;

/// <summary>Passes judged by OpenSSL with everything that makes a phone refuse one, and links judged by the npm package jose.</summary>
public sealed partial class WalletTests(WalletProduct app) : IClassFixture<WalletProduct>
{
    private static CancellationToken Ct => Product.Ct;
    private readonly HttpClient _customer = app.As(Roles.Customer);

    [Fact]
    public async Task A_pass_holds_what_a_phone_wants_and_openssl_verifies_it()
    {
        var (ticket, files) = await Pass();
        var pass = JsonDocument.Parse(files["pass.json"]).RootElement;

        Assert.Null(await Refused(files));
        Assert.Equal((WalletKeys.PassType, WalletKeys.Team), (pass.Text("passTypeIdentifier"), pass.Text("teamIdentifier")));
        Assert.Equal((ticket.Text("id"), "2026-07-01T20:00:00+02:00"), (pass.Text("serialNumber"), pass.Text("relevantDate")));
        Assert.Equal(ticket.Text("code"), pass.GetProperty("barcodes")[0].Text("message"));
        var keys = pass.GetProperty("eventTicket").EnumerateObject()
            .SelectMany(group => group.Value.EnumerateArray().Select(field => field.Text("key"))).ToArray();
        Assert.Equal(keys.Distinct(), keys);
        var structure = (await Tool.Run("openssl", ["asn1parse", "-inform", "DER", "-in", app.Keys.In("signature")])).Ok();
        Assert.Contains("signingTime", structure, StringComparison.Ordinal);
        Assert.Contains("messageDigest", structure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_flipped_byte_in_an_image_is_found()
    {
        var (_, files) = await Pass();
        files["icon.png"][^1] ^= 1;
        Assert.Equal("icon.png is not what the manifest says", await Refused(files));
    }

    [Fact]
    public async Task A_file_that_the_manifest_does_not_name_is_found()
    {
        var (_, files) = await Pass();
        files["strip.png"] = [1, 2, 3];
        Assert.Equal("strip.png is not what the manifest says", await Refused(files));
    }

    [Fact]
    public async Task A_manifest_made_to_fit_does_not_fit_its_signature()
    {
        var (_, files) = await Pass();
        files["icon.png"][^1] ^= 1;
        files["manifest.json"] = JsonSerializer.SerializeToUtf8Bytes(files.Where(file => file.Key is not ("manifest.json" or "signature"))
            .ToDictionary(file => file.Key, file => Sha1(file.Value)));
        Assert.Equal("the signature does not hold", await Refused(files));
    }

    [Fact]
    public async Task A_pass_whose_team_was_changed_is_found()
    {
        var (_, files) = await Pass();
        var text = Encoding.UTF8.GetString(files["pass.json"]).Replace(WalletKeys.Team, "Z9Y8X7W6V5", StringComparison.Ordinal);
        files["pass.json"] = Encoding.UTF8.GetBytes(text);
        Assert.NotNull(await Refused(files));
    }

    [Fact]
    public async Task The_signature_does_not_hold_the_manifest_itself()
    {
        var (_, files) = await Pass();
        var (manifest, signature) = (Convert.ToHexString(files["manifest.json"]), Convert.ToHexString(files["signature"]));
        Assert.DoesNotContain(manifest, signature, StringComparison.Ordinal);
        Assert.NotEqual(0, (await Tool.Run("openssl",
            ["smime", "-verify", "-inform", "DER", "-in", app.Keys.In("signature"), "-CAfile", app.Keys.Root, "-purpose", "any"]))
            .ExitCode);
    }

    [Fact]
    public async Task All_passes_of_a_booking_come_in_one_file_and_stack()
    {
        var (booking, tickets) = await app.Ticketed(_customer, await app.Show(), 2);
        var answer = await _customer.GetAsync($"/api/v1/bookings/{booking.Text("id")}/apple.pkpasses", Ct);

        Assert.Equal("application/vnd.apple.pkpasses", answer.Content.Headers.ContentType?.MediaType);
        var passes = Unzip(await answer.Content.ReadAsByteArrayAsync(Ct));
        Assert.Equal(tickets.Select(ticket => $"{ticket.Text("number")}.pkpass"), passes.Keys);
        foreach (var pass in passes.Values)
        {
            var files = Unzip(pass);
            Assert.Null(await Refused(files));
            Assert.Equal(booking.Text("id"), JsonDocument.Parse(files["pass.json"]).RootElement.Text("groupingIdentifier"));
        }
    }

    [Fact]
    public async Task The_link_for_google_is_short_signed_and_names_things_as_google_wants()
    {
        var show = await app.Show(types: [Given.FreeType(new string('x', 100))]);
        var (_, tickets) = await app.Ticketed(app.Http, show, holder: new { name = new string('n', 200), email = "gast@example.org" });

        var link = (await (await app.Http.GetAsync($"/api/v1/tickets/{tickets[0].Text("id")}/google-wallet?email=gast@example.org", Ct))
            .IsOk<JsonElement>(Ct)).Text("url");

        Assert.StartsWith("https://pay.google.com/gp/v/save/", link, StringComparison.Ordinal);
        Assert.InRange(link.Length, 100, GoogleLink.Longest);
        var input = new { key = app.Keys.GoogleKey, token = link[(link.LastIndexOf('/') + 1)..] };
        var claims = JsonDocument.Parse((await Tool.Node("verify-jwt.mjs", JsonSerializer.SerializeToUtf8Bytes(input))).Ok())
            .RootElement.GetProperty("claims");
        Assert.Equal((WalletKeys.Account, "savetowallet"), (claims.Text("iss"), claims.Text("typ")));
        Assert.False(claims.TryGetProperty("exp", out _));
        Assert.Empty(claims.GetProperty("origins").EnumerateArray());
        var payload = claims.GetProperty("payload");
        var (theClass, theObject) = (payload.GetProperty("eventTicketClasses")[0], payload.GetProperty("eventTicketObjects")[0]);
        Assert.All((string[])[theClass.Text("id"), theObject.Text("id")], id => Assert.Matches(GoogleId(), id));
        Assert.Equal((theClass.Text("id"), "UNDER_REVIEW"), (theObject.Text("classId"), theClass.Text("reviewStatus")));
        Assert.Equal(tickets[0].Text("code"), theObject.GetProperty("barcode").Text("value"));
    }

    [Fact]
    public async Task The_stranger_refuses_a_link_of_another_account()
    {
        var (_, tickets) = await app.Ticketed(_customer, await app.Show());
        var link = (await (await _customer.GetAsync($"/api/v1/tickets/{tickets[0].Text("id")}/google-wallet", Ct)).IsOk<JsonElement>(Ct))
            .Text("url");
        using var other = RSA.Create(2048);
        var input = new { key = other.ExportSubjectPublicKeyInfoPem(), token = link[(link.LastIndexOf('/') + 1)..] };

        Assert.NotEqual(0, (await Tool.Node("verify-jwt.mjs", JsonSerializer.SerializeToUtf8Bytes(input))).ExitCode);
    }

    [Theory]
    [InlineData("Apple:TeamIdentifier", "Z9Y8X7W6V5", "OU")]
    [InlineData("Apple:PassTypeIdentifier", "pass.org.other", "UID")]
    [InlineData("Apple:CertificateFile", "/nowhere.p12", "there is no file")]
    [InlineData("Apple:CertificatePassword", "fout", "cannot be read")]
    [InlineData("Google:IssuerId", "example", "must be the issuer's number")]
    [InlineData("Google:ServiceAccountFile", "/nowhere.json", "there is no file")]
    public void Half_a_wallet_is_named_when_the_program_starts(string key, string value, string says)
    {
        var settings = app.Keys.Settings();
        settings[$"Balie:ticketing:{key}"] = value;
        var options = new ConfigurationBuilder().AddInMemoryCollection(settings).Build().GetSection("Balie:ticketing").Get<WalletOptions>();

        var problem = new WalletProblems().Validate(null, options ?? new WalletOptions());

        Assert.Contains(says, problem.FailureMessage, StringComparison.Ordinal);
        Assert.Contains("Balie:Ticketing:", problem.FailureMessage, StringComparison.Ordinal);
    }

    private async Task<(JsonElement Ticket, Dictionary<string, byte[]> Files)> Pass()
    {
        var (_, tickets) = await app.Ticketed(_customer, await app.Show());
        var answer = await _customer.GetAsync($"/api/v1/tickets/{tickets[0].Text("number")}/apple.pkpass", Ct);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/vnd.apple.pkpass", answer.Content.Headers.ContentType?.MediaType);
        var files = Unzip(await answer.Content.ReadAsByteArrayAsync(Ct));
        await File.WriteAllBytesAsync(app.Keys.In("signature"), files["signature"], Ct);
        return (tickets[0], files);
    }

    /// <summary>Why a phone would refuse this pass; null when it would not.</summary>
    private async Task<string?> Refused(Dictionary<string, byte[]> files)
    {
        var manifest = JsonSerializer.Deserialize<Dictionary<string, string>>(files["manifest.json"]) ?? [];
        foreach (var (name, content) in files)
            if (name is not ("manifest.json" or "signature") && manifest.GetValueOrDefault(name) != Sha1(content))
                return $"{name} is not what the manifest says";
        if (manifest.Keys.Except(files.Keys).FirstOrDefault() is { } missing) return $"{missing} is missing";

        await File.WriteAllBytesAsync(app.Keys.In("manifest.json"), files["manifest.json"], Ct);
        await File.WriteAllBytesAsync(app.Keys.In("signature"), files["signature"], Ct);
        var verified = await Tool.Run("openssl",
        [
            "smime", "-verify", "-inform", "DER", "-in", app.Keys.In("signature"), "-content", app.Keys.In("manifest.json"), "-CAfile",
            app.Keys.Root, "-purpose", "any", "-signer", app.Keys.In("signer.pem"), "-out", "/dev/null",
        ]);
        if (verified.ExitCode != 0) return "the signature does not hold";

        var pass = JsonDocument.Parse(files["pass.json"]).RootElement;
        string[] show = ["x509", "-in", app.Keys.In("signer.pem"), "-noout", "-subject", "-nameopt", "RFC2253"];
        var subject = (await Tool.Run("openssl", show)).Ok();
        var isOfType = subject.Contains($"UID={pass.Text("passTypeIdentifier")}", StringComparison.Ordinal);
        var isOfTeam = subject.Contains($"OU={pass.Text("teamIdentifier")}", StringComparison.Ordinal);
        return isOfType && isOfTeam ? null : "the certificate is of another type or team";
    }

    private static Dictionary<string, byte[]> Unzip(byte[] zip)
    {
        using var archive = new ZipArchive(new MemoryStream(zip));
        Assert.All(archive.Entries, entry => Assert.Equal(entry.Length, entry.CompressedLength));
        return archive.Entries.ToDictionary(entry => entry.FullName, entry =>
        {
            using var content = new MemoryStream();
            using var stream = entry.Open();
            stream.CopyTo(content);
            return content.ToArray();
        });
    }

#pragma warning disable CA5350 // What the format asks for.
    private static string Sha1(byte[] content) => Convert.ToHexStringLower(SHA1.HashData(content));
#pragma warning restore CA5350

    [GeneratedRegex(@"^3388000000012345678\.[A-Za-z0-9._-]+$")]
    private static partial Regex GoogleId();
}

/// <summary>An installation without certificates, as every one begins.</summary>
public sealed class NoWalletTests(Product app) : IClassFixture<Product>
{
    [Fact]
    public async Task Without_a_certificate_it_says_so()
    {
        var customer = app.As(Roles.Customer);
        var (booking, tickets) = await app.Ticketed(customer, await app.Show());
        var (bookingPath, ticketPath) = ($"/api/v1/bookings/{booking.Text("id")}", $"/api/v1/tickets/{tickets[0].Text("id")}");

        foreach (var path in (string[])[$"{ticketPath}/apple.pkpass", $"{ticketPath}/google-wallet", $"{bookingPath}/apple.pkpasses"])
            await (await customer.GetAsync(path, Product.Ct))
                .IsRefused(HttpStatusCode.Conflict, "ticketing.wallet_not_configured", Product.Ct);
    }
}
