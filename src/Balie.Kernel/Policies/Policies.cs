namespace Balie.Kernel;

/// <summary>
/// Every figure of the house, once, with its default and the range an organisation may choose from. An installation may set other
/// defaults under <c>Balie:Policies</c>. Durations travel as ISO 8601 (<c>PT15M</c>), shares as basis points (2100 is 21 %), amounts
/// in minor units of the organisation's currency. See docs/decisions/0011-policies.md.
/// </summary>
public sealed record Policies
{
    /// <summary>How long places stay held for a visitor who is paying.</summary>
    [Between("PT1M", "P1D")] public TimeSpan HoldDuration { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>The same for VIP ticket types.</summary>
    [Between("PT1M", "P1D")] public TimeSpan VipHoldDuration { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>The same for a deposit.</summary>
    [Between("PT1M", "P1D")] public TimeSpan DepositHoldDuration { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How long places stay held, and an order payable, from the moment of ordering or of a new attempt to pay.</summary>
    [Between("PT5M", "P1D")] public TimeSpan PaymentDuration { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>For how long after ordering places stay held at most, while a bank is still busy with a payment.</summary>
    [Between("PT5M", "P14D")] public TimeSpan LongestPayment { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Money is authorised first, and taken once the places are the buyer's, where the way of paying can do that.</summary>
    public bool CaptureLater { get; init; }

    /// <summary>Service fee on every ticket that costs something, VAT included.</summary>
    [Between(0, 10_000)] public int FeePerTicketMinor { get; init; }

    /// <summary>Service fee on every order that costs something, VAT included.</summary>
    [Between(0, 100_000)] public int FeePerOrderMinor { get; init; }

    [Between(0, 5_000)] public int VatFeesBasisPoints { get; init; } = 2_100;

    /// <summary>Above this, all of one order together, a refund that somebody decides needs a second person.</summary>
    [Between(0, 100_000_000)] public int RefundApprovalFromMinor { get; init; } = 25_000;

    /// <summary>How many orders a second are refunded at most, when something is called off.</summary>
    [Between(1, 10_000), OfInstallation] public int RefundsPerSecond { get; init; } = 500;

    /// <summary>Ask Orders in another process, where <c>Balie:Orders:Remote</c> names one. Changed at run time, both ways.</summary>
    public bool OrdersRemote { get; init; }

    [Between(1, 1_000)] public int MaxTicketsPerOrder { get; init; } = 10;

    [Between(1, 10_000)] public int MaxOrdersPerPersonPerDay { get; init; } = 20;

    /// <summary>How long before the start sales close.</summary>
    [Between("PT0S", "P365D")] public TimeSpan BookingCutOff { get; init; } = TimeSpan.FromHours(2);

    /// <summary>Until how long before the start a visitor may cancel.</summary>
    [Between("PT0S", "P365D")] public TimeSpan CancellationUntil { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How often one ticket may be given to somebody else.</summary>
    [Between(0, 100)] public int TransfersPerTicket { get; init; } = 3;

    /// <summary>How long an offered ticket waits to be accepted.</summary>
    [Between("PT1H", "P30D")] public TimeSpan TransferOfferLasts { get; init; } = TimeSpan.FromDays(3);

    /// <summary>How long before the start tickets can be given away no more.</summary>
    [Between("PT0S", "P365D")] public TimeSpan TransferCloses { get; init; } = TimeSpan.FromHours(2);

    [Between("PT10M", "P30D")] public TimeSpan FirstReminder { get; init; } = TimeSpan.FromHours(24);

    [Between("PT10M", "P30D")] public TimeSpan LastReminder { get; init; } = TimeSpan.FromHours(2);

    /// <summary>How long before the start the doors open, where an event says nothing else.</summary>
    [Between("PT0S", "P30D")] public TimeSpan DoorsOpen { get; init; } = TimeSpan.FromHours(2);

    /// <summary>How long after the end somebody may still come in.</summary>
    [Between("PT0S", "P30D")] public TimeSpan DoorsClose { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How often somebody who went out may come in again; 1,000 is as good as always.</summary>
    [Between(0, 1_000)] public int Reentries { get; init; }

    /// <summary>How long places stay held for somebody who waited for them.</summary>
    [Between("PT10M", "P7D")] public TimeSpan WaitingListOffer { get; init; } = TimeSpan.FromHours(12);

    /// <summary>How long before the start a ticket may first be offered for resale.</summary>
    [Between("PT1H", "P365D")] public TimeSpan ResaleOpens { get; init; } = TimeSpan.FromHours(720);

    /// <summary>How long before the start resale ends.</summary>
    [Between("PT0S", "P365D")] public TimeSpan ResaleCloses { get; init; } = TimeSpan.FromHours(4);

    /// <summary>The lowest asking price, as a share of the face value.</summary>
    [Between(0, 10_000)] public int ResaleLowestBasisPoints { get; init; } = 5_000;

    /// <summary>The highest asking price, as a share of the face value; Dutch practice stops at 120 %.</summary>
    [Between(5_000, 12_000)] public int ResaleHighestBasisPoints { get; init; } = 12_000;

    /// <summary>What a seller keeps of the asking price, at least.</summary>
    [Between(8_000, 10_000)] public int SellerShareBasisPoints { get; init; } = 8_000;

    /// <summary>The statutory right of withdrawal; longer is allowed, shorter is not.</summary>
    [Between("P14D", "P365D")] public TimeSpan WithdrawalPeriod { get; init; } = TimeSpan.FromDays(14);

    /// <summary>How long goods are taken back out of goodwill.</summary>
    [Between("P14D", "P365D")] public TimeSpan GoodwillPeriod { get; init; } = TimeSpan.FromDays(30);

    [Between(0, 5_000)] public int VatGoodsBasisPoints { get; init; } = 2_100;

    /// <summary>For culture, tourism and books.</summary>
    [Between(0, 5_000)] public int VatCultureBasisPoints { get; init; } = 900;

    public bool PricesIncludeVat { get; init; } = true;

    [Between(0, 100_000)] public int ShippingMinor { get; init; } = 495;

    /// <summary>From this amount on shipping is free.</summary>
    [Between(0, 10_000_000)] public int FreeShippingFromMinor { get; init; } = 5_000;

    [Between("PT0S", "PT1H")] public TimeSpan ListCache { get; init; } = TimeSpan.FromMinutes(5);

    [Between("PT0S", "P1D")] public TimeSpan ProductCache { get; init; } = TimeSpan.FromHours(1);

    [Between("PT0S", "PT5S")] public TimeSpan AvailabilityCache { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Requests per <see cref="RateLimitWindow"/> from one address that shows no credential.</summary>
    [Between(1, 1_000_000), OfInstallation] public int RequestsPerAddress { get; init; } = 100;

    [Between("PT1S", "P1D"), OfInstallation] public TimeSpan RateLimitWindow { get; init; } = TimeSpan.FromMinutes(15);

    [Between(1, 10_000_000), OfInstallation] public int BasicRequestsPerHour { get; init; } = 1_000;

    [Between(1, 10_000_000), OfInstallation] public int PlusRequestsPerHour { get; init; } = 5_000;

    [Between(1, 10_000_000), OfInstallation] public int PremiumRequestsPerHour { get; init; } = 10_000;

    /// <summary>Sign-ins per <see cref="LoginWindow"/>, per account and per address.</summary>
    [Between(1, 1_000), OfInstallation] public int LoginAttempts { get; init; } = 5;

    [Between("PT1M", "P1D"), OfInstallation] public TimeSpan LoginWindow { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long the answer under an <c>Idempotency-Key</c> is kept.</summary>
    [Between("PT1H", "P7D"), OfInstallation] public TimeSpan IdempotencyKept { get; init; } = TimeSpan.FromHours(24);

    [Between("PT0S", "PT5M"), OfInstallation] public TimeSpan SessionCache { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>The range of a figure, both ends included: whole numbers, or ISO 8601 durations.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class BetweenAttribute : Attribute
{
    public BetweenAttribute(int least, int most) => (Least, Most) = (least, most);

    public BetweenAttribute(string least, string most) => (Least, Most) = (IsoDuration.Read(least), IsoDuration.Read(most));

    public IComparable Least { get; }
    public IComparable Most { get; }
}

/// <summary>
/// This figure protects the machine that all organisations share, so it is set in the installation's configuration alone.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OfInstallationAttribute : Attribute;
