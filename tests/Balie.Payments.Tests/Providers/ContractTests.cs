using System.Text.Json.Nodes;
using Balie.Payments.Providers;
using Balie.Testing.Payments;

namespace Balie.Payments.Tests.Providers;

/// <summary>What every adapter promises, against each provider's fake.</summary>
public sealed class ContractTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(300);

    [Theory]
    [ClassData(typeof(EveryOutsider))]
    public async Task A_payment_is_made_once_under_its_key_and_sends_the_buyer_to_the_provider(string name)
    {
        await using var adapter = Adapter.Of(name);
        var payment = Adapter.Payment();

        var first = await adapter.Provider.CreatePayment(adapter.Account, payment, Adapter.Ct);
        var second = await adapter.Provider.CreatePayment(adapter.Account, payment, Adapter.Ct);

        Assert.Equal(first.ProviderRef, second.ProviderRef);
        Assert.Equal([first.ProviderRef], adapter.Fake.PaymentsOf(payment.AttemptId));
        Assert.Equal(AttemptState.Created, first.State);
        Assert.StartsWith(adapter.Fake.Server.Address.ToString(), first.RedirectUrl, StringComparison.Ordinal);
        Assert.Contains(first.ProviderRef, first.Raw, StringComparison.Ordinal);
        Assert.Equal(AttemptState.Created, (await adapter.See(first.ProviderRef)).State);
    }

    [Theory]
    [ClassData(typeof(EveryOutsider))]
    public async Task An_answer_that_was_lost_is_had_by_asking_again_with_the_same_key(string name)
    {
        await using var adapter = Adapter.Of(name);
        var payment = Adapter.Payment();
        adapter.Fake.Server.Next(Trouble.DoneThenCut, "POST");

        await Assert.ThrowsAsync<ProviderAwayException>(() => adapter.Provider.CreatePayment(adapter.Account, payment, Adapter.Ct));
        var created = await adapter.Provider.CreatePayment(adapter.Account, payment, Adapter.Ct);

        Assert.Equal([created.ProviderRef], adapter.Fake.PaymentsOf(payment.AttemptId));
    }

    [Theory]
    [ClassData(typeof(EveryOutsider))]
    public async Task Refunds_are_taken_up_to_what_is_left_and_not_a_cent_more(string name)
    {
        await using var adapter = Adapter.Of(name);
        var paid = await adapter.Paid(1_000);

        await adapter.Refund(paid, 300);
        adapter.Fake.SettleRefunds();
        await adapter.Refund(paid, 699);
        adapter.Fake.SettleRefunds();
        var tooMuch = await Assert.ThrowsAsync<ProviderRefusedException>(() => adapter.Refund(paid, 2));
        await adapter.Refund(paid, 1);
        adapter.Fake.SettleRefunds();

        Assert.Equal(Refused.Invalid, tooMuch.Code);
        await Assert.ThrowsAsync<ProviderRefusedException>(() => adapter.Refund(paid, 1));
        Assert.Equal(-1_000, adapter.Fake.Ledger.Sum("refund"));
        Assert.Equal(0, adapter.Fake.Ledger.Balance());
    }

    [Theory]
    [ClassData(typeof(EveryOutsider))]
    public async Task A_refund_whose_answer_was_lost_is_not_paid_out_twice(string name)
    {
        await using var adapter = Adapter.Of(name);
        var (paid, refundId) = (await adapter.Paid(1_000), Guid.CreateVersion7());
        adapter.Fake.Server.Next(Trouble.DoneThenCut, "POST");

        await Assert.ThrowsAsync<ProviderAwayException>(() => adapter.Refund(paid, 400, refundId: refundId));
        var first = await adapter.Refund(paid, 400, refundId: refundId);
        var second = await adapter.Refund(paid, 400, refundId: refundId);
        adapter.Fake.SettleRefunds();

        Assert.Equal(first.Reference, second.Reference);
        Assert.Equal(-400, adapter.Fake.Ledger.Sum("refund"));
    }

    [Theory]
    [ClassData(typeof(EveryOutsider))]
    public async Task A_capture_whose_answer_was_lost_takes_the_money_once(string name)
    {
        await using var adapter = Adapter.Of(name);
        var (paid, key) = (await adapter.Paid(1_000, later: true), $"capture:{Guid.CreateVersion7()}");
        adapter.Fake.Server.Next(Trouble.DoneThenCut, "POST");

        await Assert.ThrowsAsync<ProviderAwayException>(() => adapter.Capture(paid, 600, key));
        await adapter.Capture(paid, 600, key);

        Assert.Equal(600, adapter.Fake.Ledger.Sum("capture"));
    }

    [Theory]
    [ClassData(typeof(EveryOutsider))]
    public async Task More_than_was_authorised_is_not_captured(string name)
    {
        await using var adapter = Adapter.Of(name);
        var paid = await adapter.Paid(1_000, later: true);

        var refused = await Assert.ThrowsAsync<ProviderRefusedException>(() => adapter.Capture(paid, 1_001));

        Assert.Equal(Refused.Invalid, refused.Code);
        Assert.Equal(0, adapter.Fake.Ledger.Balance());
    }

    public static TheoryData<string, Trouble> Troubles => new EveryOutsider().With(Enum.GetValues<Trouble>());

    [Theory]
    [MemberData(nameof(Troubles))]
    public async Task Whatever_happens_on_the_way_is_one_kind_of_failure_and_says_no_secret(string name, Trouble trouble)
    {
        await using var adapter = Adapter.Of(name, timeout: trouble == Trouble.Slow ? Soon : null);
        var existing = await adapter.Provider.CreatePayment(adapter.Account, Adapter.Payment(), Adapter.Ct);
        var payment = Adapter.Payment();
        adapter.Fake.Server.Always = trouble;

        var making = await Assert.ThrowsAsync<ProviderAwayException>(() =>
            adapter.Provider.CreatePayment(adapter.Account, payment, Adapter.Ct));
        var asking = await Assert.ThrowsAsync<ProviderAwayException>(() =>
            adapter.Provider.GetPayment(adapter.Account, existing.ProviderRef, Adapter.Ct));

        Assert.All([making, asking], said => AssertNoSecret(adapter, said));
    }

    [Theory]
    [ClassData(typeof(EveryOutsider))]
    public async Task A_caller_who_gives_up_is_no_failure_of_the_provider(string name)
    {
        await using var adapter = Adapter.Of(name);
        adapter.Fake.Server.Always = Trouble.Slow;
        using var gaveUp = CancellationTokenSource.CreateLinkedTokenSource(Adapter.Ct);
        gaveUp.CancelAfter(Soon);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            adapter.Provider.CreatePayment(adapter.Account, Adapter.Payment(), gaveUp.Token));
    }

    [Theory]
    [InlineData("mollie", "test_thisKeyIsNobodys0000000000")]
    [InlineData("adyen", "AQthisKeyIsNobodys0000000000")]
    [InlineData("stripe", "sk_test_thisKeyIsNobodys0000")]
    public async Task A_wrong_key_is_refused_without_repeating_it(string name, string key)
    {
        await using var adapter = Adapter.Of(name);
        var settings = JsonNode.Parse(adapter.Fake.Settings)!;
        settings["apiKey"] = key;
        var account = adapter.With(settings.ToJsonString());

        var refused = await Assert.ThrowsAsync<ProviderRefusedException>(() =>
            adapter.Provider.CreatePayment(account, Adapter.Payment(), Adapter.Ct));

        Assert.Equal(Refused.Account, refused.Code);
        Assert.DoesNotContain(key, refused.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [ClassData(typeof(EveryOutsider))]
    public async Task A_live_account_does_not_pay_with_a_key_for_tests(string name)
    {
        await using var adapter = Adapter.Of(name);
        var settings = JsonNode.Parse(adapter.Fake.Settings)!.AsObject();
        settings.Remove("baseAddress");
        var account = adapter.With(settings.ToJsonString(), isLive: true);

        var refused = await Assert.ThrowsAsync<ProviderRefusedException>(() =>
            adapter.Provider.CreatePayment(account, Adapter.Payment(), Adapter.Ct));

        Assert.Equal(Refused.Account, refused.Code);
    }

    [Theory]
    [InlineData("mollie", "tr_unknown")]
    [InlineData("mollie", "../refunds")]
    [InlineData("mollie", "tr_1/../../x")]
    [InlineData("mollie", "tr_balie0connection0test")]
    [InlineData("adyen", "PLUNKNOWN")]
    [InlineData("adyen", "tr_balie0connection0test")]
    [InlineData("adyen", "../payments")]
    [InlineData("stripe", "tr_balie0connection0test")]
    [InlineData("stripe", "cs_unknown")]
    [InlineData("stripe", "pi_unknown")]
    [InlineData("stripe", "../refunds")]
    public async Task What_is_not_there_is_refused(string name, string providerRef)
    {
        await using var adapter = Adapter.Of(name);

        var refused = await Assert.ThrowsAsync<ProviderRefusedException>(() =>
            adapter.Provider.GetPayment(adapter.Account, providerRef, Adapter.Ct));

        Assert.Equal(Refused.NotFound, refused.Code);
    }

    public static TheoryData<string, Forgery> Forgeries => new EveryOutsider().With(Enum.GetValues<Forgery>());

    [Theory]
    [MemberData(nameof(Forgeries))]
    public async Task What_somebody_else_wrote_is_refused_without_a_word(string name, Forgery how)
    {
        await using var adapter = Adapter.Of(name);
        var created = await adapter.Provider.CreatePayment(adapter.Account, Adapter.Payment(), Adapter.Ct);
        // Mollie's have no moment and name no account; Adyen's have no moment.
        if (adapter.Fake.Forge(how, created.ProviderRef) is not { } letter) return;

        var reading = await adapter.Read(letter);

        Assert.InRange(reading.Status, 400, 401);
        Assert.Equal("", reading.Answer);
        Assert.Empty(reading.Events);
    }

    [Theory]
    [ClassData(typeof(EveryOutsider))]
    public async Task Settings_that_work_have_no_problems_and_others_are_told_field_by_field(string name)
    {
        await using var adapter = Adapter.Of(name);

        Assert.Empty(adapter.Provider.Problems(adapter.Account.Settings));
        Assert.Contains(Fields("""{}"""), field => field == "apiKey");
        Assert.Contains(Fields("""[]"""), field => field == "");
        Assert.Contains(Fields("""{"apiKey":1}"""), field => field == "apiKey");
        Assert.Contains(Fields("""{"apiKey":"x\u0000yzzzzzzzzzzz"}"""), field => field == "apiKey");
        Assert.Contains(Fields("""{"webhookSecret":"misspelt"}"""), field => field == "webhookSecret");
        foreach (var address in Addresses) Assert.Contains(Fields($$"""{"baseAddress":"{{address}}"}"""), field => field == "baseAddress");

        IEnumerable<string> Fields(string settings) => adapter.Provider.Problems(adapter.With(settings).Settings).Select(its => its.Field);
    }

    /// <summary>Where an organisation must not be able to send this machine.</summary>
    private static readonly string[] Addresses =
    [
        "http://api.mollie.com/v2", "https://169.254.169.254/", "https://localhost/", "https://api.mollie.com.evil.example/v2",
        "https://evil.example@api.stripe.com/", "https://api.stripe.com:22/v1", "ftp://api.stripe.com/", "not an address",
        "https://evil-checkout-live.adyenpayments.com.evil.example/", "https://api.mollie.com/v2?x=1",
    ];

    private static void AssertNoSecret(Adapter adapter, Exception said)
    {
        var settings = JsonNode.Parse(adapter.Fake.Settings)!;
        Assert.DoesNotContain(settings["apiKey"]!.GetValue<string>(), said.ToString(), StringComparison.Ordinal);
    }
}
